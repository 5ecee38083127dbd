// Modals, the confirm dialog and the Home tab.
import { blocks } from "./blocks.js";
import { $, h, heldFocus } from "./dom.js";
import { deed, trouble } from "./talk.js";

let shown = "";
let homeShown = "";

/** What was typed into the fields of ``box``, by block id. */
function typed(box) {
  const values = {};
  for (const each of box.querySelectorAll("[data-field]")) {
    const value = each.read();
    if (value !== undefined && each.closest(".input")) values[each.dataset.field] = value;
  }
  return values;
}

function pressing(page, say, box) {
  return async (block, element, choice) => {
    const body = { user: page.user, element: `${block.block_id} ${element.action_id}`, choice: choice ?? "", values: typed(box) };
    say(trouble(await deed("press", body), element.text?.text ?? "This choice"));
    if (element.url) window.open(element.url, "_blank", "noopener,noreferrer");
  };
}

/** Bring the modal up to date with what Slack says is open. */
export function modal(page, view, depth) {
  const box = $("modal");
  if (!view) {
    shown = "";
    if (box.open) box.close();
    return;
  }
  const mark = JSON.stringify([page.user, view.id, view.hash, view.errors]);
  if (mark === shown) return;
  const same = shown.startsWith(JSON.stringify([page.user, view.id]).slice(0, -1));
  const held = same ? kept(box, view) : view.state.values;
  const giveBack = heldFocus(box);
  shown = mark;
  const form = h("form", { method: "dialog", novalidate: true });
  const trouble_ = h("p", { class: "trouble", role: "alert" });
  const say = (text) => { trouble_.textContent = text; };
  const context = { people: page.names, values: held, errors: view.errors, confirm: page.confirm, act: pressing(page, say, box) };
  const dismiss = () => deed("close", { user: page.user });
  form.append(
    h("header", {}, h("h2", { id: "modal-title", tabindex: "-1" }, view.title.text),
      h("button", { type: "button", class: "quiet", "data-key": "dismiss", "aria-label": depth > 1 ? "Back" : "Close", click: dismiss }, depth > 1 ? "‹ Back" : "×")),
    h("div", { class: "blocks" }, blocks(view.blocks, context)),
    trouble_,
    h("footer", {},
      h("button", { type: "button", "data-key": "cancel", class: "plain", click: dismiss }, view.close?.text ?? "Cancel"),
      view.submit ? h("button", { type: "submit", "data-key": "submit", class: "primary" }, view.submit.text) : null));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const missing = [...form.elements].find((each) => !each.checkValidity());
    if (missing) {
      missing.setAttribute("aria-invalid", "true");
      missing.addEventListener("input", () => { missing.removeAttribute("aria-invalid"); say(""); }, { once: true });
      missing.focus();
      say(missing.validationMessage);
      return;
    }
    say("");
    form.setAttribute("aria-busy", "true");
    say(trouble(await deed("submit", { user: page.user, values: typed(box) }), view.submit.text));
    form.removeAttribute("aria-busy");
  });
  box.replaceChildren(form);
  box.oncancel = (event) => { event.preventDefault(); dismiss(); };
  if (!box.open) box.showModal();
  const faulty = form.querySelector("[aria-invalid]");
  const first = form.querySelector("[autofocus], .input input, .input select, .input textarea") ?? $("modal-title");
  if (faulty) (faulty.matches("fieldset") ? faulty.querySelector("input") : faulty).focus();
  else if (same) giveBack(first);  // a view that was opened empty has its fields only now
  else first.focus();
}

/** The state of the fields as typed, in Slack's own shape, for a view that was updated in place. */
function kept(box, view) {
  const values = structuredClone(view.state.values);
  for (const each of box.querySelectorAll(".input [data-field]")) {
    const key = each.querySelector("[data-key]")?.dataset.key ?? "";
    const action = key.slice(each.dataset.field.length + 1).replace(/ \d+$/, "");
    const value = each.read();
    if (typeof value !== "string") continue;
    const one = { value };
    values[each.dataset.field] = { [action]: { ...one, selected_option: { value }, selected_date: value, selected_user: value, selected_conversation: value } };
  }
  return values;
}

/** The Home tab as published. */
export function home(page, view) {
  const box = $("home");
  const mark = JSON.stringify([page.user, view?.id, view?.hash]);
  if (mark === homeShown) return;
  homeShown = mark;
  if (!view) {
    box.replaceChildren(h("p", { class: "empty" }, "The app has not published its home yet."));
    return;
  }
  const giveBack = heldFocus(box);
  const note = h("p", { class: "trouble", role: "alert" });
  const context = {
    people: page.names, values: view.state.values, confirm: page.confirm,
    act: pressing(page, (text) => { note.textContent = text; }, box),
  };
  box.replaceChildren(...blocks(view.blocks, context), note);
  giveBack(null);
}

/** Ask before an act, as Slack's confirm object says. */
export function confirm(question, act) {
  const box = $("confirm");
  const back = document.activeElement;
  const close = (yes) => {
    box.close();
    back?.focus();
    if (yes) act();
  };
  box.replaceChildren(
    h("h2", { id: "confirm-title" }, question.title.text),
    h("p", { id: "confirm-text" }, question.text.text),
    h("footer", {},
      h("button", { type: "button", class: "plain", click: () => close(false) }, question.deny.text),
      h("button", { type: "button", class: question.style ?? "primary", click: () => close(true) }, question.confirm.text)));
  box.oncancel = (event) => { event.preventDefault(); close(false); };
  box.showModal();
}
