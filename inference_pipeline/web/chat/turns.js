// The two kinds of turns, with what can be done about each.

import { citedText } from "../cited_text.js";
import { button, el, fill, notice } from "../dom.js";
import { feedback } from "./feedback.js";
import { supporting } from "./sources.js";

// What an answer rests on, in words: by `way`, of the author's name.
const RESTS = {
  quoted: (name) => `In ${name}'s own words`,
  joined: (name) => `Put together from ${name}'s own sentences`,
  written: (name) => `Written by the model, from ${name}'s posts`,
  nearest: () => "Nothing answers this. What comes nearest is quoted, as no more than that",
  nothing: () => "Rests on nothing: no post is about this",
  free: () => "Written by the model alone. It rests on no post: take nothing in it for a fact",
  itself: () => "About the twin itself",
};
const UNGROUNDED = new Set(["nothing", "free", "nearest"]);

export function askedTurn(turn, edited) {
  const node = el("article", { class: "turn asked", "aria-label": "You" });
  const read = () => fill(node, el("p", { class: "said" }, turn.text),
    el("div", { class: "tools" }, button("Edit", "edit", write), button("Copy", "copy", () => copy(turn.text))));
  const write = () => {
    const field = el("textarea", { "aria-label": "Edit your message", rows: String(Math.min(12, turn.text.split("\n").length + 1)), value: turn.text });
    fill(node, el("form", { class: "card editing", on: { submit: (event) => { event.preventDefault(); if (field.value.trim()) edited(field.value.trim()); } } },
      field,
      el("div", { class: "row end" }, button("Cancel", null, read, { class: "wide quiet" }), el("button", { class: "button strong" }, "Send"))));
    field.focus();
  };
  read();
  return node;
}

/** `about`: {name, asked, panel, again, changed}. The element's `update()` draws it anew while it is written. */
export function answerTurn(turn, about) {
  const node = el("article", { class: "turn answer", "aria-label": `${about.name}'s twin, a machine` });
  node.update = () => fill(node, head(turn, about), body(turn, about), foot(turn, about));
  node.update();
  return node;
}

function head(turn, { name }) {
  return el("p", { class: "speaker" }, `${name}'s twin`, el("span", { class: "badge" }, "machine"),
    turn.origin && el("span", { class: "hint" }, turn.origin.adapter));
}

function body(turn, { panel }) {
  if (turn.state === "writing" && !turn.text) {
    return el("p", { class: "said waiting" }, turn.waiting ? `${turn.waiting} ` : "", el("span", { class: "dots" }, "…"));
  }
  const sources = supporting(turn.citations);
  const marks = sources.map(({ citation, number }) => ({
    at: citation.answer_end,
    make: () => el("button", {
      type: "button", class: "mark", "aria-label": `Source ${number}: ${citation.title || "untitled"}${citation.date ? `, ${citation.date}` : ""}`,
      on: { click: () => panel.open(turn, citation) },
    }, String(number)),
  }));
  return el("div", { class: "said" }, citedText(turn.text, marks));
}

function foot(turn, about) {
  if (turn.state === "writing") return null;
  const rests = RESTS[turn.way];
  const place = el("div", {});
  const posts = new Set(supporting(turn.citations).map(({ citation }) => citation.document_id)).size;
  return el("div", { class: "foot" },
    turn.state === "stopped" && el("p", { class: "trouble" }, "Stopped."),
    turn.state === "failed" && el("p", { class: "trouble" }, `No answer: ${turn.problem}`),
    rests && el("p", { class: UNGROUNDED.has(turn.way) ? "rests ungrounded" : "rests" }, rests(about.name), posts ? `: ${posts} ${posts === 1 ? "post" : "posts"} cited.` : "."),
    el("div", { class: "tools" },
      Boolean(turn.citations?.length || turn.retrieved?.length) && button("Sources", "book", () => about.panel.open(turn), { class: "wide quiet small" }),
      turn.text && button("Copy", "copy", () => copy(turn.text)),
      about.again && button("Answer again", "again", about.again),
      turn.text && feedback(turn, { asked: about.asked, changed: about.changed, place })),
    place);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    notice("Copied.");
  } catch {
    notice("The browser does not let this page copy. Mark the text and press Ctrl+C.", "failed");
  }
}
