// Building elements: text is always set as text, so nothing that a host or a person wrote is parsed.

/** A new element; attributes that are false or null are left out, functions become listeners. */
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else if (name === "value") made.value = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

export const $ = (id) => document.getElementById(id);

let counted = 0;
/** An id that no other element of this page has. */
export const fresh = (word) => `${word}-${++counted}`;

/** Remember which control has the focus inside ``box``; the returned function gives it back. */
export function heldFocus(box) {
  const active = document.activeElement;
  if (!active || !box.contains(active)) return () => {};
  const key = active.dataset.key;
  const range = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  return (fallback) => {
    const again = key && [...box.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
    const target = again ?? fallback;
    target?.focus({ preventScroll: true });
    if (again && range && range[0] !== null && "setSelectionRange" in again) again.setSelectionRange(...range);
  };
}

/** A button that opens a list of choices, usable with the keyboard alone. */
export function menu(label, choices, onChoose, attributes = {}) {
  const list = h("ul", { class: "choices", hidden: true });
  const opener = h("button", { type: "button", "aria-expanded": "false", ...attributes }, label);
  const close = (back) => {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (back) opener.focus();
  };
  opener.addEventListener("click", () => {
    list.hidden = !list.hidden;
    opener.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) return;
    list.querySelector("button")?.focus({ preventScroll: true });
    list.scrollIntoView({ block: "nearest" });
  });
  for (const choice of choices) {
    if (choice.group) {
      list.append(h("li", { class: "group" }, choice.group));
      continue;
    }
    const pick = () => {
      close(true);
      onChoose(choice);
    };
    list.append(h("li", {}, h("button", { type: "button", click: pick }, choice.label)));
  }
  const box = h("div", { class: "menu" }, opener, list);
  box.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      event.preventDefault();
      close(true);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && at >= 0) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      buttons[(at + step + buttons.length) % buttons.length].focus();
    }
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) close(false);
  });
  return box;
}
