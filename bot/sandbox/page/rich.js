// The rich_text block. Source: docs.slack.dev, rich text block.
import { h } from "./dom.js";
import { link } from "./mrkdwn.js";

const MARKS = { bold: "strong", italic: "em", strike: "s", code: "code" };

/** All elements of a rich_text block. */
export function richText(block, people) {
  return h("div", { class: "rich" }, block.elements.map((element) => part(element, people)));
}

function part(element, people) {
  const inside = () => element.elements.map((each) => piece(each, people));
  switch (element.type) {
    case "rich_text_preformatted":
      return h("pre", { tabindex: "0" }, element.elements.map((each) => each.text ?? each.url));
    case "rich_text_quote":
      return h("blockquote", {}, inside());
    case "rich_text_list": {
      const items = element.elements.map((each) => h("li", {}, each.elements.map((one) => piece(one, people))));
      return h(element.style === "ordered" ? "ol" : "ul", { class: `indent-${element.indent ?? 0}` }, items);
    }
    default:
      return h("p", {}, inside());
  }
}

function piece(element, people) {
  let made;
  if (element.type === "text") made = document.createTextNode(element.text);
  else if (element.type === "link") made = link(element.url, element.text || element.url);
  else if (element.type === "emoji") made = document.createTextNode(`:${element.name}:`);
  else if (element.type === "date") made = document.createTextNode(element.fallback ?? element.timestamp);
  else {
    const target = element.user_id ?? element.channel_id ?? element.usergroup_id ?? element.range;
    made = h("span", { class: "mention" }, `${element.type === "channel" ? "#" : "@"}${people.get(target) ?? target}`);
  }
  for (const [name, tag] of Object.entries(MARKS)) if (element.style?.[name]) made = h(tag, {}, made);
  return made;
}
