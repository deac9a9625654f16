// An answer as nodes: a small part of Markdown, and numbered marks behind what rests on a post.
//
// Offsets are those of the server: characters, not UTF-16 units as JavaScript counts. No node here can load anything:
// there are no images, and only web addresses become links.

import { el, outward } from "./dom.js";

const BULLET = /^\s{0,3}[-*•]\s+/u;
const NUMBER = /^\s{0,3}\d{1,3}[.)]\s+/u;
const HEADING = /^#{1,4}\s+/u;

/**
 * `marks`: [{at, make}], nodes that `make()` returns stand behind the character before `at`.
 * Returns block elements.
 */
export function citedText(text, marks = []) {
  const characters = [...text];
  const waiting = [...marks].sort((a, b) => a.at - b.at);
  const blocks = [];
  let list = null;
  for (const line of linesOf(characters)) {
    const written = characters.slice(line.start, line.end).join("");
    const kind = BULLET.test(written) ? "ul" : NUMBER.test(written) ? "ol" : null;
    if (!written.trim()) {
      list = null;
      continue;
    }
    const prefix = [...(written.match(BULLET) ?? written.match(NUMBER) ?? written.match(HEADING) ?? [""])[0]].length;
    const nodes = inline(characters, line.start + prefix, line.end, waiting);
    if (kind) {
      if (list?.localName !== kind) blocks.push((list = el(kind)));
      list.append(el("li", {}, nodes));
    } else if (HEADING.test(written)) {
      blocks.push(el("p", { class: "headline" }, nodes));
      list = null;
    } else if (line.continues && blocks.at(-1)?.localName === "p") {
      blocks.at(-1).append(el("br"), ...nodes);
    } else {
      blocks.push(el("p", {}, nodes));
      list = null;
    }
  }
  if (waiting.length && blocks.length) blocks.at(-1).append(...waiting.map((mark) => mark.make()));
  return blocks;
}

/** Lines as [start, end) of the characters; `continues`: the line before it was not blank. */
function linesOf(characters) {
  const lines = [];
  let start = 0;
  for (let place = 0; place <= characters.length; place++) {
    if (place < characters.length && characters[place] !== "\n") continue;
    lines.push({ start, end: place });
    start = place + 1;
  }
  lines.forEach((line, n) => {
    const before = lines[n - 1];
    line.continues = Boolean(before) && characters.slice(before.start, before.end).join("").trim() !== "";
  });
  return lines;
}

/** The nodes of characters [start, end); takes the marks out of `waiting` that lie in it. */
function inline(characters, start, end, waiting) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(document.createTextNode(plain));
    plain = "";
  };
  let place = start;
  while (place < end) {
    while (waiting.length && waiting[0].at <= place) {
      flush();
      nodes.push(waiting.shift().make());
    }
    const found = span(characters, place, end);
    if (found) {
      flush();
      const inner = found.code
        ? [document.createTextNode(characters.slice(found.start, found.end).join(""))]
        : inline(characters, found.start, found.end, waiting);
      nodes.push(found.make(inner));
      place = found.after;
    } else {
      plain += characters[place++];
    }
  }
  flush();
  while (waiting.length && waiting[0].at <= end) nodes.push(waiting.shift().make());
  return nodes;
}

/** What begins at `place`: emphasis, code or a link, or nothing. */
function span(characters, place, end) {
  const here = characters[place];
  const double = here === "*" && characters[place + 1] === "*";
  if (double) return delimited(characters, place, end, "**", "strong");
  if (here === "*" && /\S/u.test(characters[place + 1] ?? " ")) return delimited(characters, place, end, "*", "em");
  if (here === "`") {
    const found = delimited(characters, place, end, "`", "code");
    return found && { ...found, code: true };
  }
  return here === "[" ? link(characters, place, end) : null;
}

function delimited(characters, place, end, mark, tag) {
  const from = place + mark.length;
  for (let close = from + 1; close + mark.length <= end; close++) {
    if (characters.slice(close, close + mark.length).join("") !== mark || /\s/u.test(characters[close - 1])) continue;
    return { start: from, end: close, after: close + mark.length, make: (inner) => el(tag, {}, inner) };
  }
  return null;
}

/** [text](https://address) is a link; with any other address it stays as it was written. */
function link(characters, place, end) {
  const written = characters.slice(place, Math.min(end, place + 2000)).join("");
  const match = /^\[([^\[\]\n]+)\]\((https?:\/\/[^\s()<>]+)\)/u.exec(written);
  if (!match || characters[place - 1] === "!") return null; // ![…](…) would be an image
  const start = place + 1;
  return {
    start,
    end: start + [...match[1]].length,
    after: place + [...match[0]].length,
    make: (inner) => outward(match[2], {}, inner),
  };
}

/**
 * Plain text, to the letter, of characters [from, to): `ranges` [{start, end, title}] stand in <mark>, `marks` as above.
 * Ranges do not overlap.
 */
export function marked(text, ranges, marks = [], { from = 0, to = Infinity } = {}) {
  const characters = [...text];
  const end = Math.min(to, characters.length);
  const cuts = new Set([from, end, ...ranges.flatMap((one) => [one.start, one.end]), ...marks.map((one) => one.at)]);
  const places = [...cuts].filter((place) => place >= from && place <= end).sort((a, b) => a - b);
  const nodes = [];
  places.forEach((place, n) => {
    for (const mark of marks) if (mark.at === place) nodes.push(mark.make());
    const piece = characters.slice(place, places[n + 1] ?? place).join("");
    if (!piece) return;
    const range = ranges.find((one) => one.start <= place && place < one.end);
    nodes.push(range ? el("mark", { title: range.title }, piece) : document.createTextNode(piece));
  });
  if (from > 0) nodes.unshift(document.createTextNode("… "));
  if (end < characters.length) nodes.push(document.createTextNode(" …"));
  return nodes;
}
