// Inputs as native controls. Each box has ``read()``: the plain value that the local Slack takes,
// ``undefined`` where nothing was chosen.
import { fresh, h } from "./dom.js";

const SIMPLE = {
  number_input: "number", email_text_input: "email", url_text_input: "url", datepicker: "date",
  timepicker: "time", datetimepicker: "datetime-local",
};
const HELD = ["value", "selected_date", "selected_time", "selected_user", "selected_conversation", "selected_channel"];
const FIRST = ["initial_value", "initial_date", "initial_time", "initial_user", "initial_conversation", "initial_channel"];

/** The control of one input element; ``held`` is its state as Slack has it. */
export function field(block, element, held, people) {
  const key = `${block.block_id} ${element.action_id}`;
  const box = make(element, held, key, people);
  box.dataset.field = block.block_id;
  return box;
}

function make(element, held, key, people) {
  switch (element.type) {
    case "plain_text_input":
      return typed(element, held, key);
    case "static_select":
      return select(element, held?.selected_option?.value ?? element.initial_option?.value, key, options(element));
    case "users_select":
    case "conversations_select":
    case "channels_select": {
      const wanted = element.type === "users_select" ? /^U/ : /^C/;
      const found = [...people].filter(([id]) => wanted.test(id)).map(([id, name]) => [id, name]);
      return select(element, first(element, held), key, found);
    }
    case "radio_buttons":
      return choice("radio", element, [held?.selected_option?.value ?? element.initial_option?.value], key);
    case "checkboxes":
    case "multi_static_select": {
      const chosen = held?.selected_options ?? element.initial_options ?? [];
      return choice("checkbox", element, chosen.map((each) => each.value), key);
    }
    default:
      return simple(element, held, key);
  }
}

function first(element, held) {
  for (const name of HELD) if (held?.[name]) return held[name];
  for (const name of FIRST) if (element[name]) return element[name];
  return "";
}

function typed(element, held, key) {
  const common = {
    "data-key": key,
    placeholder: element.placeholder?.text,
    maxlength: element.max_length ?? 3000,
    minlength: element.min_length,
    value: first(element, held),
    autofocus: element.focus_on_load,
  };
  const inner = element.multiline ? h("textarea", { rows: "4", ...common }) : h("input", { type: "text", ...common });
  return reading(inner, () => inner.value);
}

function simple(element, held, key) {
  const type = SIMPLE[element.type] ?? "text";
  let value = first(element, held);
  if (element.type === "datetimepicker" && (held?.selected_date_time ?? element.initial_date_time)) {
    value = new Date((held?.selected_date_time ?? element.initial_date_time) * 1000).toISOString().slice(0, 16);
  }
  const inner = h("input", { type, "data-key": key, placeholder: element.placeholder?.text, value });
  return reading(inner, () => {
    if (!inner.value) return SIMPLE[element.type]?.startsWith("date") || type === "time" ? null : "";
    return element.type === "datetimepicker" ? Date.parse(`${inner.value}Z`) / 1000 : inner.value;
  });
}

function options(element) {
  const all = element.option_groups ? element.option_groups.flatMap((group) => group.options) : element.options ?? [];
  return all.map((each) => [each.value, each.text.text]);
}

function select(element, chosen, key, entries) {
  const inner = h("select", { "data-key": key }, h("option", { value: "" }, element.placeholder?.text ?? "Choose…"),
    entries.map(([value, label]) => h("option", { value }, label)));
  inner.value = chosen ?? "";
  return reading(inner, () => inner.value || undefined);
}

function choice(type, element, chosen, key) {
  const name = fresh("choice");
  const entries = options(element).map(([value, label], number) => {
    const inner = h("input", { type, name, value, "data-key": `${key} ${number}` });
    inner.checked = chosen.includes(value);
    return h("label", {}, inner, " ", label);
  });
  const box = h("fieldset", {}, entries);
  box.group = true;
  box.read = () => {
    const values = [...box.querySelectorAll("input:checked")].map((each) => each.value);
    return type === "radio" ? values[0] : values;
  };
  return box;
}

function reading(inner, read) {
  const box = h("div", { class: "control" }, inner);
  box.read = read;
  return box;
}
