// The page: who one is, where one is, and what has changed.
import { composer } from "./composer.js";
import { $, h } from "./dom.js";
import { draw, drawers, heard, toggle } from "./drawers.js";
import { keepEnd, show } from "./messages.js";
import { openThread, thread } from "./thread.js";
import { deed, listen, trouble } from "./talk.js";
import { confirm, home, modal } from "./views.js";

const HOME = "home";
const page = {
  user: new URLSearchParams(location.hash.slice(1)).get("user") ?? "asker",
  place: "C0HELPDESK",
  helpdesk: "C0HELPDESK",
  screen: null,
  stage: null,
  chaos: [],
  names: new Map(),
  thread: null,
  read: new Map(),
  confirm,
  at: (message) => ({ user: page.user, channel: page.place, ts: message.ts }),
  archived: () => page.channel()?.archived ?? false,
  channel: () => page.screen?.channels.find((each) => each.id === page.place),
  openThread: (ts) => openThread(page, ts),
  say: (text) => text && toast(text),
  go,
};
page.composer = composer(page);
let stop = () => {};
let first = true;
let shownPlace = null;

function toast(text, act) {
  const close = () => made.remove();
  const made = h("div", { class: "toast" }, act ? h("button", { type: "button", class: "link", click: () => { close(); act(); } }, text) : h("p", {}, text),
    h("button", { type: "button", class: "quiet", "aria-label": "Dismiss", click: close }, "×"));
  $("toasts").append(made);
  setTimeout(close, 12000);
}

function label(channel) {
  if (channel.kind === "im") return channel.name;
  return `${channel.kind === "private" ? "private: " : "#"}${channel.name}`;
}

function go(place) {
  if (place === page.place) return;
  page.place = place;
  page.thread = null;
  $("log").replaceChildren();
  render();
  $("place").focus();
  if (place === HOME) deed("home", { user: page.user });
}

function places() {
  const entries = [...page.screen.channels.map((each) => [each.id, label(each), each.archived]), ...(page.screen.app.home ? [[HOME, "App Home"]] : [])];
  const held = $("places").contains(document.activeElement) ? document.activeElement.dataset.place : null;
  const item = ([id, name, archived]) => {
    const news = unread(id);
    return h("li", {}, h("button", { type: "button", "data-place": id, "aria-current": id === page.place ? "page" : null, class: news ? "news" : "", click: () => go(id) },
      name, archived ? " (archived)" : "", news ? h("span", { class: "count" }, ` ${news} new`) : null));
  };
  const along = $("places").querySelector("ul")?.scrollLeft ?? 0;  // on a phone the list lies on its side
  const list = h("ul", {}, entries.map(item));
  $("places").replaceChildren(h("p", { class: "team" }, page.screen.team), list);
  list.scrollLeft = along;
  const here = list.querySelector("[aria-current]");
  if (here && shownPlace !== page.place) here.scrollIntoView({ block: "nearest", inline: "nearest" });
  shownPlace = page.place;
  if (held) $("places").querySelector(`[data-place="${held}"]`)?.focus({ preventScroll: true });
}

function unread(id) {
  const messages = page.screen.messages[id] ?? [];
  if (id === page.place && messages.length) page.read.set(`${page.user} ${id}`, messages.at(-1).ts);
  const seen = page.read.get(`${page.user} ${id}`) ?? "";
  return messages.filter((each) => each.ts > seen && each.user !== page.screen.me).length;
}

function render() {
  if (!page.screen) return;
  const { screen } = page;
  if (page.place !== HOME && !page.channel()) page.place = screen.channels[0].id;
  const channel = page.channel();
  places();
  const isHome = page.place === HOME;
  $("place").textContent = isHome ? `${screen.app.name}: Home` : label(channel);
  $("about").textContent = isHome ? "What the bot shows to you alone" : about(channel);
  document.title = `${$("place").textContent} - local Slack`;
  $("log").hidden = isHome;
  $("home").hidden = !isHome;
  $("composer-form").hidden = isHome || channel.archived;
  $("composer-label").textContent = isHome ? "Message" : `Message ${label(channel)}`;
  if (isHome) home(page, screen.home);
  else show($("log"), rooted(screen.messages[page.place]), page);
  thread(page);
  modal(page, screen.modal, screen.depth);
  draw(page);
}

function about(channel) {
  if (channel.archived) return "archived: nobody can write here";
  if (channel.kind === "im") return "direct message with the app";
  return channel.app ? "the bot is a member" : "the bot is not a member here";
}

/** Messages outside threads, with the number of their replies. */
function rooted(messages) {
  const replies = new Map();
  for (const each of messages) if (each.thread && each.thread !== each.ts) replies.set(each.thread, (replies.get(each.thread) ?? 0) + 1);
  return messages.filter((each) => !each.thread || each.thread === each.ts || each.ephemeral)
    .map((each) => ({ ...each, replies: replies.get(each.ts) ?? 0 }));
}

/** Tell what is new: aloud where one is, as a toast from elsewhere. */
function news(before, after) {
  for (const channel of after.channels) {
    const known = new Map((before.messages[channel.id] ?? []).map((each) => [each.ts, each]));
    for (const message of after.messages[channel.id]) {
      const old = known.get(message.ts);
      if (message.user === after.me || (old && old.text === message.text)) continue;
      const line = `${page.names.get(message.user) ?? message.user}: ${message.text.slice(0, 200)}`;
      if (channel.id === page.place) $("announcer").textContent = line;
      else if (!old && (channel.kind === "im" || rings(message, after.me))) toast(`${label(channel)}: ${line}`, () => go(channel.id));
    }
  }
}

function rings(message, me) {
  const all = message.typed ? message.text : `${message.text} ${JSON.stringify(message.blocks)}`;
  return !message.typed && (all.includes(`<@${me}>`) || /<!(channel|here|everyone)/.test(all));
}

function onFrame(frame) {
  if (frame.stage !== undefined) page.stage = frame.stage;
  if (frame.chaos) page.chaos = frame.chaos;
  if (frame.journal) heard(page, frame.journal);
  if (frame.screen) {
    const before = page.screen;
    page.screen = frame.screen;
    page.names = new Map([...frame.screen.people.map((each) => [each.id, each.name]), ...frame.screen.channels.map((each) => [each.id, each.name])]);
    if (before?.me === frame.screen.me) news(before, frame.screen);
    else everyone();
  }
  render();
  if (first) {
    first = false;
    if (matchMedia("(min-width: 60rem)").matches && page.stage) toggle(page, "try");
    $("composer").focus();
  }
}

function everyone() {
  $("switcher").replaceChildren(...page.screen.people.filter((each) => !each.bot).map((each) => h("option", { value: each.name }, `${each.name} (${each.role})`)));
  $("switcher").value = page.user;
}

function become(user) {
  stop();
  page.user = user;
  page.thread = null;
  history.replaceState(null, "", `#user=${encodeURIComponent(user)}`);
  $("log").replaceChildren();
  stop = listen(user, onFrame, (up) => { $("offline").hidden = up; });
}

$("switcher").addEventListener("change", (event) => become(event.target.value));
drawers(page);
keepEnd($("log"));
// A reload of the real client loses ephemeral messages and open modals, and so does this one.
deed("reload", { user: page.user }).then((answer) => {
  if (!answer.ok && trouble(answer, "")) page.user = "asker";
  become(page.user);
});
