// Blocks of messages, modals and the Home tab as elements. Source: docs.slack.dev, Block Kit.
import { fresh, h, menu } from "./dom.js";
import { field } from "./fields.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./rich.js";

/**
 * All blocks. ``context`` has ``people`` (id to name), ``act(block, element, choice)`` for what is
 * pressed, and for views ``values`` and ``errors`` by block id.
 */
export function blocks(list, context) {
  return list.map((block) => {
    const made = one(block, context);
    made.dataset.block = block.block_id;
    return made;
  });
}

function one(block, context) {
  switch (block.type) {
    case "header":
      return h("h3", { class: "header" }, block.text.text);
    case "section":
      return section(block, context);
    case "context":
      return h("div", { class: "context" }, block.elements.map((each) =>
        each.type === "image" ? picture(each) : h("span", {}, textObject(each, context.people))));
    case "actions":
      return h("div", { class: "actions" }, block.elements.map((each) => control(block, each, context)));
    case "divider":
      return h("hr");
    case "image":
      return picture(block);
    case "rich_text":
      return richText(block, context.people);
    case "input":
      return input(block, context);
    default:
      return h("p", { class: "unknown" }, `(a block of type ${block.type})`);
  }
}

function section(block, context) {
  const texts = block.text ? [h("div", { class: "text" }, textObject(block.text, context.people))] : [];
  if (block.fields) {
    texts.push(h("div", { class: "fields" }, block.fields.map((each) =>
      h("div", {}, textObject(each, context.people)))));
  }
  const accessory = block.accessory ? control(block, block.accessory, context) : null;
  return h("div", { class: "section" }, h("div", { class: "words" }, texts), accessory);
}

function picture(element) {
  // Nothing is fetched from elsewhere: a picture is its description.
  return h("span", { class: "picture", role: "img", "aria-label": element.alt_text }, element.alt_text);
}

/** Something to press outside an input block. */
function control(block, element, context) {
  const key = `${block.block_id} ${element.action_id}`;
  const act = (choice) => confirmed(element, context, () => context.act(block, element, choice));
  if (element.type === "image") return picture(element);
  if (element.type === "button") {
    const made = h("button", {
      type: "button",
      class: element.style ?? "plain",
      "data-key": key,
      "aria-label": element.accessibility_label,
      click: () => act(""),
    }, element.text.text);
    return made;
  }
  if (element.type === "overflow" || element.type === "static_select") {
    const initial = context.values?.[block.block_id]?.[element.action_id]?.selected_option ?? element.initial_option;
    const label = element.type === "overflow" ? "More…" : initial?.text.text ?? element.placeholder?.text ?? "Choose";
    return menu(label, choices(element), (choice) => act(choice.value), {
      class: "plain", "data-key": key, "aria-label": element.type === "overflow" ? "More actions" : null,
    });
  }
  const made = field(block, element, context.values?.[block.block_id]?.[element.action_id], context.people);
  made.querySelectorAll("input, select, textarea").forEach((each) => {
    each.setAttribute("aria-label", element.placeholder?.text ?? element.action_id);
    each.addEventListener("change", () => act(made.read()));
  });
  return made;
}

/** The options of a menu, groups included. */
export function choices(element) {
  const plain = (options) => options.map((each) => ({ label: each.text.text, value: each.value }));
  if (!element.option_groups) return plain(element.options ?? []);
  return element.option_groups.flatMap((group) => [{ group: group.label.text }, ...plain(group.options)]);
}

function confirmed(element, context, act) {
  if (element.confirm) context.confirm(element.confirm, act);
  else act();
}

function input(block, context) {
  const { element } = block;
  const made = field(block, element, context.values?.[block.block_id]?.[element.action_id], context.people);
  const error = context.errors?.[block.block_id];
  const notes = [];
  if (block.hint) notes.push(h("p", { class: "hint", id: fresh("hint") }, block.hint.text));
  if (error) notes.push(h("p", { class: "trouble", id: fresh("error") }, error));
  const inner = made.querySelector("input, select, textarea");
  if (notes.length) (made.group ? made : inner).setAttribute("aria-describedby", notes.map((each) => each.id).join(" "));
  if (error) (made.group ? made : inner).setAttribute("aria-invalid", "true");
  const label = `${block.label.text}${block.optional ? " (optional)" : ""}`;
  if (made.group) {
    made.prepend(h("legend", {}, label));
    return h("div", { class: "input" }, made, notes);
  }
  if (!block.optional) inner.required = true;
  inner.id = fresh("field");
  return h("div", { class: "input" }, h("label", { for: inner.id }, label), made, notes);
}
