// The thread pane: one message with its replies and a composer of its own.
import { $, h } from "./dom.js";
import { show } from "./messages.js";
import { deed, trouble } from "./talk.js";

/** Open the thread of a message. */
export function openThread(page, ts) {
  page.thread = ts;
  $("thread").replaceChildren();
  thread(page);
  $("thread").querySelector("textarea")?.focus();
}

/** Bring the pane up to date; it goes with its message. */
export function thread(page) {
  const box = $("thread");
  const messages = page.screen.messages[page.place] ?? [];
  const root = messages.find((each) => each.ts === page.thread);
  box.hidden = !root;
  if (!root) {
    box.replaceChildren();
    return;
  }
  if (!box.firstChild) build(box, page);
  show(box.querySelector("ol"), [root, ...messages.filter((each) => each.thread === root.ts && each.ts !== root.ts)], page, true);
}

function build(box, page) {
  const close = () => {
    const ts = page.thread;
    page.thread = null;
    thread(page);
    document.querySelector(`#log [data-ts="${ts}"] [data-key="thread"]`)?.focus();
  };
  const line = h("textarea", { rows: "1", id: "reply" });
  const note = h("p", { class: "trouble", role: "alert" });
  const send = async (event) => {
    event.preventDefault();
    if (!line.value.trim()) return;
    const answer = await deed("type", { user: page.user, channel: page.place, line: line.value, thread: page.thread });
    note.textContent = trouble(answer, "The reply");
    if (answer.ok) line.value = "";
  };
  const form = h("form", { class: "composer", submit: send }, h("label", { for: "reply" }, "Reply"),
    h("div", { class: "line" }, line, h("button", { type: "submit", class: "primary" }, "Reply")), note);
  line.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
  box.replaceChildren(h("header", {}, h("h2", {}, "Thread"), h("button", { type: "button", class: "quiet", "aria-label": "Close the thread", click: close }, "×")),
    h("ol", { "aria-label": "Replies", tabindex: "0" }), form);
}
