// The composer with the workspace's commands: a combobox after the ARIA authoring practices.
import { $, h } from "./dom.js";
import { deed, trouble } from "./talk.js";

const PAST = [];

/** Wire up the composer of the page. */
export function composer(page) {
  const box = $("composer");
  const list = $("suggestions");
  let chosen = -1;

  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  };
  const hide = () => {
    list.hidden = true;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (number) => {
    const items = [...list.children];
    chosen = (number + items.length) % items.length;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    box.setAttribute("aria-activedescendant", items[chosen].id);
  };
  const take = (number) => {
    box.value = `${list.children[number].dataset.name} `;
    hide();
    box.focus();
  };
  const suggest = () => {
    const found = /^\/\S*$/.test(box.value)
      ? page.screen.app.commands.filter((each) => each.name.startsWith(box.value)) : [];
    if (!found.length) return hide();
    list.replaceChildren(...found.map((each, number) =>
      h("li", { id: `suggestion-${number}`, role: "option", "data-name": each.name, "aria-selected": "false",
        mousedown: (event) => { event.preventDefault(); take(number); } },
        h("strong", {}, each.name), " ", h("code", {}, each.hint), h("span", {}, each.description))));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    return mark(0);
  };

  box.addEventListener("input", () => { fit(); suggest(); $("composer-trouble").textContent = ""; });
  box.addEventListener("blur", hide);
  box.addEventListener("keydown", (event) => {
    if (!list.hidden) {
      const moves = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in moves) { event.preventDefault(); mark(chosen + moves[event.key]); return; }
      if (event.key === "Escape") { event.preventDefault(); hide(); return; }
      const whole = list.children[chosen]?.dataset.name === box.value;
      if (event.key === "Tab" || (event.key === "Enter" && !whole)) { event.preventDefault(); take(chosen); return; }
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $("composer-form").requestSubmit();
    } else if (event.key === "ArrowUp" && !box.value && PAST.length) {
      event.preventDefault();
      box.value = PAST.at(-1);
      fit();
    }
  });
  $("composer-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const line = box.value;
    if (!line.trim()) return;
    hide();
    PAST.push(line);
    box.value = "";
    fit();
    const answer = await deed("type", { user: page.user, channel: page.place, line });
    const said = trouble(answer, line.split(" ")[0]);
    $("composer-trouble").textContent = said;
    if (!answer.ok && !box.value) box.value = line;
  });
  return {
    put(line) {
      box.value = line;
      fit();
      hide();
      box.focus();
    },
  };
}
