// Slack's markup as elements. Source: docs.slack.dev, formatting message text.
// Links are followed only to http, https and mailto; everything else stays text.
import { h } from "./dom.js";

const ENTITY = /<([^<>|]+)(?:\|([^<>]*))?>/;
const INLINE = [
  [/`([^`\n]+)`/, (text) => h("code", {}, unescaped(text))],
  [/(?<![\w*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\w*])/, (text, people) => h("strong", {}, inline(text, people))],
  [/(?<![\w_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\w_])/, (text, people) => h("em", {}, inline(text, people))],
  [/(?<![\w~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\w~])/, (text, people) => h("s", {}, inline(text, people))],
];

export const unescaped = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A text object of Block Kit as elements. */
export function textObject(object, people) {
  if (object.type === "mrkdwn") return mrkdwn(object.text, people);
  return [document.createTextNode(object.text)];
}

/** A mrkdwn string as elements: preformatted parts, quotes, lines. */
export function mrkdwn(text, people) {
  const parts = text.split(/```\n?([\s\S]*?)```/);
  return parts.flatMap((part, number) =>
    number % 2 ? [h("pre", {}, unescaped(part))] : lines(part, people));
}

function lines(text, people) {
  const made = [];
  let quote = null;
  text.split("\n").forEach((line, number, all) => {
    if (line.startsWith("&gt;") || line.startsWith(">")) {
      quote ??= made[made.push(h("blockquote")) - 1];
      if (quote.childNodes.length) quote.append(h("br"));
      quote.append(...inline(line.replace(/^(&gt;|>) ?/, ""), people));
      return;
    }
    quote = null;
    made.push(...inline(line, people));
    if (number < all.length - 1) made.push(h("br"));
  });
  return made;
}

function inline(text, people) {
  const found = ENTITY.exec(text);
  let first = found && { index: found.index, length: found[0].length, make: () => entity(found, people) };
  for (const [pattern, make] of INLINE) {
    const match = pattern.exec(text);
    if (match && (!first || match.index < first.index)) {
      first = { index: match.index, length: match[0].length, make: () => make(match[1], people) };
    }
  }
  if (!first) return text ? [document.createTextNode(unescaped(text))] : [];
  const rest = text.slice(first.index + first.length);
  const before = text.slice(0, first.index);
  return [...(before ? [document.createTextNode(unescaped(before))] : []), first.make(), ...inline(rest, people)];
}

function entity([, target, label], people) {
  if (target.startsWith("@")) return h("span", { class: "mention" }, `@${people.get(target.slice(1)) ?? target.slice(1)}`);
  if (target.startsWith("#")) return h("span", { class: "mention" }, `#${people.get(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("!date^")) return date(target.split("^"), label);
  if (target.startsWith("!")) return h("span", { class: "mention loud" }, `@${target.slice(1).split("^")[0]}`);
  return link(unescaped(target), unescaped(label || target));
}

const PARTS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

function date([, seconds, format], fallback) {
  const moment = new Date(Number(seconds) * 1000);
  if (Number.isNaN(moment.valueOf())) return document.createTextNode(unescaped(fallback ?? ""));
  const text = (format ?? "").replace(/\{(\w+?)(_pretty)?\}/g, (whole, name) =>
    PARTS[name] ? new Intl.DateTimeFormat("en-GB", PARTS[name]).format(moment) : whole);
  return h("time", { datetime: moment.toISOString() }, text);
}

/** A link where its target is harmless, else its words. */
export function link(url, label) {
  if (!/^(https?:|mailto:)/i.test(url)) return document.createTextNode(label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}
