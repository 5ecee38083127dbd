// What the page says to the local Slack, and what it hears: one socket down, one request up.

/** Do something as ``user``; resolves to {ok, status, error}. */
export const deed = (verb, body) => post(`/page/do/${verb}`, body);
export const flip = (name) => post(`/page/chaos/${name}`, {});
export const stage = (name, argument = "") => post(`/page/stage/${name}`, { argument });

async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", body: JSON.stringify(body) });
    const text = await answer.text();
    try {
      return JSON.parse(text);
    } catch {
      return { ok: false, error: text || `HTTP ${answer.status}` };
    }
  } catch {
    return { ok: false, error: "The local Slack does not answer." };
  }
}

export async function entry(number) {
  const answer = await fetch(`/page/entry/${number}`);
  return answer.ok ? JSON.stringify((await answer.json()).data, null, 2) : "(gone)";
}

/** Frames for one person until ``stop()``; reconnects on its own. */
export function listen(user, onFrame, onState) {
  let socket = null;
  let over = false;
  let pause = 200;
  const open = () => {
    socket = new WebSocket(`ws://${location.host}/page/live?user=${encodeURIComponent(user)}`);
    socket.onopen = () => { pause = 200; onState(true); };
    socket.onmessage = (event) => onFrame(JSON.parse(event.data));
    socket.onclose = () => {
      if (over) return;
      onState(false);
      setTimeout(open, pause);
      pause = Math.min(pause * 2, 3000);
    };
  };
  open();
  return () => { over = true; socket.close(); };
}

/** What Slack's client shows when an act did not reach the app. */
export function trouble(answer, what) {
  if (!answer.ok) return answer.error;
  if (answer.status === "operation_timeout") return `${what} failed: the app did not answer within three seconds (operation_timeout).`;
  if (answer.status === "dispatch_failed") return `${what} failed: the app is not there (dispatch_failed).`;
  return "";
}
