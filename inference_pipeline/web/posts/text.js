// Texts of posts: with the words that are looked for, or the masked places, marked.

import { el } from "../dom.js";

/** `text` as nodes, every occurrence of one of the `words` in a mark. */
export function highlighted(text, words) {
  const wanted = words.map((word) => word.toLowerCase()).filter(Boolean);
  if (!wanted.length) return [text];
  const folded = text.toLowerCase();
  if (folded.length !== text.length) return [text]; // a few letters change their length: places would be wrong
  const nodes = [];
  let from = 0;
  for (;;) {
    let at = -1;
    let long = 0;
    for (const word of wanted) {
      const found = folded.indexOf(word, from);
      if (found >= 0 && (at < 0 || found < at || (found === at && word.length > long))) [at, long] = [found, word.length];
    }
    if (at < 0) break;
    nodes.push(text.slice(from, at), el("mark", {}, text.slice(at, at + long)));
    from = at + long;
  }
  return [...nodes, text.slice(from)];
}

/** The paragraphs of a text. Places are counted in code points, as the server does. */
export function masked(text, parts, marked) {
  const characters = [...text];
  const spans = [
    ...parts.map((part) => ({ ...part, tag: "mark", title: `masked: ${part.kind}` })),
    ...marked.filter((part) => !parts.some((one) => one.start < part.end && part.start < one.end))
      .map((part) => ({ ...part, tag: "span", title: part.kind === "quote" ? "quoted: not the author's words" : "code" })),
  ].sort((one, other) => one.start - other.start);
  const nodes = [];
  let from = 0;
  for (const span of spans) {
    if (span.start < from) continue;
    nodes.push(characters.slice(from, span.start).join(""));
    nodes.push(el(span.tag, { title: span.title, class: `part ${span.kind}` }, characters.slice(span.start, span.end).join("")));
    from = span.end;
  }
  nodes.push(characters.slice(from).join(""));
  return el("div", { class: "text" }, nodes);
}
