// The messages of a conversation: each is an article that is built again only when it has changed.
import { blocks } from "./blocks.js";
import { $, h, heldFocus } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { deed, trouble } from "./talk.js";

/** Bring ``list`` up to date with ``messages``; it moves only when one of them has changed, never under a hand that clicks. */
export function show(list, messages, page, inThread = false) {
  const stuck = atEnd(list);
  const before = new Map([...list.children].map((each) => [each.dataset.ts, each]));
  let changed = false;
  let place = null;
  for (const message of messages) {
    const mark = JSON.stringify([message.version, message.replies, message.ephemeral, page.archived(message)]);
    let item = before.get(message.ts);
    before.delete(message.ts);
    if (!item) {
      item = h("li", { "data-ts": message.ts });
      draw(item, message, page, inThread);
    } else if (item.dataset.mark !== mark) {
      const giveBack = heldFocus(item);
      draw(item, message, page, inThread);
      giveBack(item.querySelector("article"));
    }
    changed ||= item.dataset.mark !== mark;
    item.dataset.mark = mark;
    const next = place ? place.nextSibling : list.firstChild;
    if (next !== item) list.insertBefore(item, next);
    place = item;
  }
  for (const gone of before.values()) gone.remove();
  changed ||= before.size > 0;
  if (!list.children.length) list.append(h("li", { class: "empty", "data-ts": "none" }, "Nothing has been said here yet."));
  if (stuck && changed) toEnd(list);
}

/** Whatever changes its size, a window or a drawer: a list at its end stays there.
 *
 * The browser's own ways, to hold some line in the middle or to cut off what has become too far, also scroll;
 * only a scroll of a list that has kept its size is a person's.
 */
export function keepEnd(list) {
  const size = () => `${list.clientWidth} ${list.clientHeight}`;
  let known = size();
  let ends = true;
  list.addEventListener("scroll", () => { if (size() === known) ends = atEnd(list); });
  new ResizeObserver(() => { known = size(); if (ends) toEnd(list); }).observe(list);
}

/** Whether nobody has scrolled away since ``toEnd``. */
function atEnd(list) {
  const untouched = Math.abs(list.scrollTop - Number(list.dataset.put ?? -9)) < 2;
  return untouched || list.scrollHeight - list.scrollTop - list.clientHeight < 80;
}

/** The end of the list, or the beginning of a last message that is taller than the window. */
function toEnd(list) {
  const last = list.lastElementChild;
  if (!last) return;
  const tall = last.offsetHeight > list.clientHeight;
  list.scrollTop = tall ? last.offsetTop - list.offsetTop : list.scrollHeight;
  list.dataset.put = list.scrollTop;
}

function draw(item, message, page, inThread) {
  const who = page.names.get(message.user) ?? message.user;
  const at = new Date(Number(message.ts) * 1000);
  const clock = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const mine = message.user === page.screen.app.user;
  const body = message.blocks.length ? blocks(message.blocks, context(item, message, page)) : [
    h("p", { class: "typed" }, message.typed ? message.text : mrkdwn(message.text, page.names)),
  ];
  item.replaceChildren(h("article", { class: message.ephemeral ? "ephemeral" : "", tabindex: "-1", "aria-label": `${who}, ${clock}` },
    h("div", { class: `face ${mine ? "app" : ""}`, "aria-hidden": "true" }, mine ? "R" : who[0].toUpperCase()),
    h("div", { class: "content" },
      h("p", { class: "by" }, h("strong", {}, who), mine ? h("span", { class: "tag" }, "app") : null, " ",
        h("time", { datetime: at.toISOString() }, clock), message.edited ? " (edited)" : null),
      message.ephemeral ? h("p", { class: "only" }, "Only visible to you; gone after a reload") : null,
      body,
      h("p", { class: "trouble", role: "alert" }),
      under(message, page, inThread))));
}

/** Replies and what can be done with a message. */
function under(message, page, inThread) {
  const made = [];
  if (!inThread && message.replies) {
    made.push(h("button", { type: "button", class: "link", "data-key": "thread", click: () => page.openThread(message.ts) },
      message.replies === 1 ? "1 reply" : `${message.replies} replies`));
  }
  if (!message.ephemeral && !inThread && !message.replies) {
    made.push(h("button", { type: "button", class: "quiet", "data-key": "thread", click: () => page.openThread(message.ts) }, "Reply in thread"));
  }
  if (!message.ephemeral) {
    for (const shortcut of page.screen.app.shortcuts.filter((each) => each.type === "message")) {
      const use = () => deed("shortcut", { ...page.at(message), callback_id: shortcut.callback_id })
        .then((answer) => page.say(trouble(answer, shortcut.name)));
      made.push(h("button", { type: "button", class: "quiet", "data-key": shortcut.callback_id, click: use }, shortcut.name));
    }
  }
  return made.length ? h("p", { class: "under" }, made) : null;
}

function context(item, message, page) {
  return {
    people: page.names,
    confirm: page.confirm,
    act: async (block, element, choice) => {
      const body = { ...page.at(message), element: `${block.block_id} ${element.action_id}`, version: message.version };
      item.setAttribute("aria-busy", "true");
      const answer = element.type === "button" ? await deed("click", body) : await deed("choose", { ...body, choice });
      item.removeAttribute("aria-busy");
      const box = item.querySelector(".content > .trouble");
      if (box) box.textContent = trouble(answer, element.text?.text ?? "This choice");
      if (element.url) window.open(element.url, "_blank", "noopener,noreferrer");
    },
  };
}
