// The panel beside a conversation: what an answer rests on, one card a post.

import { button, el, fill, outward } from "../dom.js";

/** The citations that support the answer, numbered in its order. */
export function supporting(citations = []) {
  return citations.filter((one) => one.kind === "supports").map((citation, place) => ({ citation, number: place + 1 }));
}

export function sourcesPanel() {
  const content = el("div", { class: "sources" });
  const node = el("aside", { class: "panel", "aria-label": "Sources", hidden: true },
    el("div", { class: "bar" }, el("h2", {}, "Sources"), el("span", { class: "space" }), button("Close the sources", "close", () => panel.close())),
    content);
  let before = null;
  const panel = {
    node,
    get isOpen() {
      return !node.hidden;
    },
    open(turn, citation = null) {
      before = document.activeElement;
      node.hidden = false;
      fill(content, cards(turn, citation));
      (content.querySelector("[data-chosen]") ?? node.querySelector("button")).focus();
    },
    close() {
      node.hidden = true;
      before?.focus();
    },
  };
  return panel;
}

function cards(turn, chosen) {
  const posts = new Map();
  for (const { citation, number } of supporting(turn.citations)) {
    if (!posts.has(citation.document_id)) posts.set(citation.document_id, []);
    posts.get(citation.document_id).push({ citation, number });
  }
  return [...posts.values()].map((cited) => {
    const [{ citation }] = cited;
    const mine = chosen?.document_id === citation.document_id;
    return el("article", { class: "source", tabindex: "-1", "data-chosen": mine },
      el("h3", {}, outward(citation.url, {}, citation.title || "Untitled")),
      el("p", { class: "hint" }, citation.date || "no date"),
      cited.map(({ citation: one, number }) => el("blockquote", {}, el("span", { class: "mark" }, String(number)), one.quote)));
  });
}
