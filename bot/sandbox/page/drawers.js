// The drawers: what can I try, the inspector, chaos.
import { $, h, heldFocus } from "./dom.js";
import { entry, flip, stage } from "./talk.js";

const TITLES = { try: "What can I try?", inspector: "Inspector", chaos: "Chaos" };
const MOST = 400;
let open = null;
let journal = [];
let drawn = "";

/** Wire up the three buttons of the bar. */
export function drawers(page) {
  for (const name of Object.keys(TITLES)) {
    $(`open-${name}`).addEventListener("click", () => toggle(page, open === name ? null : name));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open && !document.querySelector("dialog[open]") && $("drawer").contains(document.activeElement)) {
      const name = open;
      toggle(page, null);
      $(`open-${name}`).focus();
    }
  });
}

/** Show one drawer, or none. */
export function toggle(page, name) {
  open = name;
  drawn = "";
  for (const each of Object.keys(TITLES)) $(`open-${each}`).setAttribute("aria-expanded", String(each === name));
  const box = $("drawer");
  box.hidden = !name;
  box.replaceChildren();
  if (name) {
    box.setAttribute("aria-label", TITLES[name]);
    draw(page);
    const journaled = box.querySelector(".journal");
    if (journaled) journaled.scrollTop = journaled.scrollHeight;  // the newest, and on from there
    box.querySelector("h2")?.focus();
  }
}

/** Add lines to the inspector. */
export function heard(page, lines) {
  const last = journal.at(-1)?.number ?? -1;
  lines = lines.filter((line) => line.number > last);  // a new connection hears everything again
  journal.push(...lines);
  journal = journal.slice(-MOST);
  if (open !== "inspector") return;
  const list = $("drawer").querySelector("ol");
  const stuck = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  list.append(...lines.map(row));
  while (list.children.length > MOST) list.firstChild.remove();
  if (stuck) list.scrollTop = list.scrollHeight;
}

/** Draw the open drawer again where what it shows has changed. */
export function draw(page) {
  if (!open) return;
  const box = $("drawer");
  const mark = JSON.stringify([open, open === "try" ? page.stage : null, open === "chaos" ? [page.chaos, page.stage?.acts] : null, page.user]);
  if (mark === drawn) return;
  drawn = mark;
  const giveBack = heldFocus(box);
  const unfolded = [...box.querySelectorAll("details[open]")].map((each) => each.dataset.name);
  const top = box.scrollTop;
  const close = h("button", { type: "button", class: "quiet", "data-key": "close", "aria-label": "Close the drawer", click: () => { const name = open; toggle(page, null); $(`open-${name}`).focus(); } }, "×");
  box.replaceChildren(h("header", {}, h("h2", { tabindex: "-1" }, TITLES[open]), close), ...{ try: tries, inspector, chaos }[open](page));
  for (const each of box.querySelectorAll("details")) each.open = unfolded.includes(each.dataset.name);
  box.scrollTop = top;
  giveBack(null);
}

function tries(page) {
  if (!page.stage) return [h("p", {}, "There is no lab around this Slack.")];
  const put = (line) => () => { page.go(page.helpdesk); page.composer.put(line); if (matchMedia("(max-width: 60rem)").matches) toggle(page, null); };
  const commands = page.stage.commands.map((each) =>
    h("li", {}, h("button", { type: "button", class: "command", "data-key": each.line, click: put(each.line) }, h("code", {}, each.line)), h("span", {}, each.about)));
  const hosts = page.stage.hosts.map((host) => h("li", { class: "host" },
    h("div", { class: "row" },
      h("button", { type: "button", class: "command", "data-key": host.name, click: put(host.command) }, h("code", {}, host.name)),
      h("span", {}, host.repaired ? "repaired" : host.told)),
    h("details", { "data-name": host.name }, h("summary", { "data-key": `reveal ${host.name}` }, "Reveal what is wrong"), h("p", {}, host.wrong), h("p", { class: "repair" }, host.repair),
      host.repairable ? h("button", { type: "button", class: "plain", "data-key": `repair ${host.name}`, click: () => acted(page, host.repaired ? "damage" : "repair", host.name) },
        host.repaired ? "Break it again" : "Let the administrator repair it") : null)));
  return [
    h("p", {}, "Press a line to put it into the composer, then Enter. Follow the card; when it asks for a fix, let the lab's administrator do it here, then press ", h("em", {}, "It worked"), ": only the repair makes the next look green, never a button."),
    h("ul", { class: "commands" }, commands),
    h("h3", {}, "Hosts of the lab"),
    h("ul", { class: "hosts" }, hosts),
  ];
}

async function acted(page, name, argument = "") {
  const answer = await stage(name, argument);
  page.say(answer.ok ? answer.said : answer.error);
}

function inspector() {
  return [
    h("p", {}, "Every call and envelope between Slack and the bot. Open a line for all of it."),
    h("ol", { class: "journal", tabindex: "0", "aria-label": "Journal" }, journal.map(row)),
  ];
}

function row(line) {
  const at = new Date(line.at * 1000);
  const clock = `${at.toLocaleTimeString("en-GB")}.${String(at.getMilliseconds()).padStart(3, "0")}`;
  const box = h("details", { class: line.kind, "data-name": `entry ${line.number}` }, h("summary", { "data-key": `entry ${line.number}` },
    h("time", {}, clock), " ", h("span", { class: "way" }, line.way), " ", h("span", { class: "what" }, line.name), " ", h("span", { class: "outcome" }, line.outcome)));
  box.addEventListener("toggle", async () => {
    if (box.open && box.childElementCount === 1) box.append(h("pre", { tabindex: "0" }, await entry(line.number)));
  });
  return h("li", {}, box);
}

function chaos(page) {
  const one = (each, act) => h("li", {},
    h("button", { type: "button", "data-key": each.id, role: each.kind === "switch" ? "switch" : null, "aria-checked": each.kind === "switch" ? String(each.on) : null,
      class: each.on ? "danger" : "plain", click: () => act(each.id) }, each.label, each.kind === "switch" ? h("span", { class: "state" }, each.on ? ": on" : ": off") : null),
    h("p", {}, each.hint));
  return [
    h("p", {}, "Make things go wrong, then see that no click is lost and nothing happens twice."),
    h("h3", {}, "Slack"),
    h("ul", { class: "switches" }, page.chaos.map((each) => one(each, flip))),
    ...(page.stage ? [h("h3", {}, "Lab and bot"), h("ul", { class: "switches" }, page.stage.acts.map((each) => one(each, (id) => acted(page, id))))] : []),
  ];
}
