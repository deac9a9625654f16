// The panel beside a conversation: what an answer rests on, one card a post, and what else was looked at.

import { call } from "../api.js";
import { marked } from "../cited_text.js";
import { add, button, el, fill, icon, outward } from "../dom.js";

const AROUND = 420; // characters of the post on either side of a quotation

/** The citations that support the answer, numbered in its order. */
export function supporting(citations = []) {
  return citations.filter((one) => one.kind === "supports").map((citation, place) => ({ citation, number: place + 1 }));
}

/** `open(answer, citation)`: an answer has {citations, retrieved, origin}; the citation's card is unfolded. */
export function sourcesPanel() {
  const content = el("div", { class: "sources" });
  const node = el("section", { class: "panel", "aria-label": "Sources", hidden: true },
    el("div", { class: "bar" }, el("h2", {}, "Sources"), el("span", { class: "space" }), button("Close the sources", "close", () => panel.close())),
    content);
  let before = null;
  const panel = {
    node,
    get isOpen() {
      return !node.hidden;
    },
    open(answer, citation = null) {
      if (node.hidden) before = document.activeElement;
      node.hidden = false;
      const cards = cardsOf(answer);
      fill(content, cards.map((card) => card.node), lookedAt(answer, cards), made(answer));
      const chosen = cards.find((card) => card.holds(citation));
      if (chosen) chosen.unfold(citation);
      else node.querySelector("button").focus();
    },
    close() {
      node.hidden = true;
      before?.focus();
    },
  };
  return panel;
}

function cardsOf(answer) {
  const posts = new Map();
  for (const { citation, number } of supporting(answer.citations)) {
    if (!posts.has(citation.document_id)) posts.set(citation.document_id, []);
    posts.get(citation.document_id).push({ citation, number });
  }
  return [...posts.values()].map((cited) => card(answer, cited));
}

function card(answer, cited) {
  const [{ citation: first }] = cited;
  const quotes = cited.map(({ citation, number }) => {
    const passage = el("div", { class: "passage", hidden: true });
    const toggle = button("Show it in the post", "down", () => { if (passage.hidden) unfold(citation); else fold(); }, { class: "wide small", "aria-expanded": "false" });
    const fold = () => {
      passage.hidden = true;
      toggle.setAttribute("aria-expanded", "false");
    };
    return { citation, number, passage, toggle,
      node: el("div", { class: "quote" }, el("blockquote", {}, el("span", { class: "mark" }, String(number)), el("span", { class: "words" }, citation.quote)), toggle, passage) };
  });
  const node = el("article", { class: "source", tabindex: "-1" },
    el("h3", {}, outward(first.url, {}, first.title || "Untitled", first.url.startsWith("http") && icon("out"))),
    el("p", { class: "hint" }, first.date || "no date"),
    quotes.map((quote) => quote.node));
  async function unfold(citation) {
    const quote = quotes.find((one) => one.citation === citation);
    for (const other of document.querySelectorAll(".source[data-chosen]")) delete other.dataset.chosen;
    node.dataset.chosen = "";
    quote.passage.hidden = false;
    quote.toggle.setAttribute("aria-expanded", "true");
    quote.toggle.focus();
    if (!quote.passage.hasChildNodes()) await showPassage(quote.passage, answer, citation);
    quote.node.scrollIntoView({ block: "start" });
  }
  return { node, unfold, holds: (citation) => quotes.some((quote) => quote.citation === citation), document: first.document_id };
}

/** The post's text around the quotation, and on demand the whole of it. */
async function showPassage(place, answer, { document_id: id, start, end }) {
  fill(place, el("p", { class: "hint" }, "Opening the post…"));
  const { author, features } = answer.origin;
  try {
    const post = await call(`v1/authors/${encodeURIComponent(author)}/posts/${encodeURIComponent(id)}?features=${features}`);
    const characters = [...post.text];
    const length = characters.length;
    const show = (from, to) => {
      fill(place, el("p", { class: "text" }, marked(post.text, [{ start, end }], [], { from, to })));
      if (from > 0 || to < length) add(place, button("Show the whole post", null, () => show(0, length), { class: "wide quiet small" }));
    };
    show(edge(characters, start - AROUND, start), edge(characters, end + AROUND, end));
  } catch (error) {
    fill(place, el("p", { class: "trouble" }, error.status === 404 ? "The post is not there any more." : error.message));
  }
}

/** The place nearest to `far`, on the way to `near`, where a word begins or ends. */
function edge(characters, far, near) {
  let place = Math.min(characters.length, Math.max(0, far));
  const step = Math.sign(near - place);
  while (place > 0 && place < characters.length && place !== near && !/\s/u.test(characters[place])) place += step;
  return place;
}

/** What was retrieved and is not cited, with why it came up. */
function lookedAt(answer, cards) {
  const cited = new Set(cards.map((one) => one.document));
  const others = (answer.retrieved ?? []).filter((one) => !cited.has(one.document_id));
  if (!others.length) return cards.length ? null : el("p", { class: "hint" }, "No post was looked at for this.");
  return el("section", { class: "looked-at" },
    el("h3", { class: "plain" }, cards.length ? "Also looked at" : "Looked at, and found too far from the question"),
    el("ul", {}, others.map((one) =>
      el("li", {},
        el("p", { class: "title" }, outward(one.url, {}, one.title || "Untitled"), el("span", { class: "hint" }, one.date)),
        el("p", { class: "snippet" }, one.quote),
        el("p", { class: "why" }, meter("like it in meaning", one.similarity), meter("of its words", one.words))))));
}

function meter(name, value) {
  const share = Math.round(100 * Math.min(1, Math.max(0, value)));
  const filled = el("span", { class: "filled" });
  filled.style.setProperty("inline-size", `${share}%`);
  return el("span", { class: "meter" }, el("span", { class: "track", "aria-hidden": "true" }, filled), `${share}% ${name}`);
}

function made({ origin }) {
  if (!origin) return null;
  const { adapter, features, base, retrieval_ms: retrieval, generation_ms: generation } = origin;
  return el("p", { class: "hint made" }, `Version ${adapter} over ${base}, posts as of ${features}. Searched in ${Math.round(retrieval)} ms, answered in ${(generation / 1000).toFixed(1)} s.`);
}
