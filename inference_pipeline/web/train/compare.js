// Two versions side by side: what differs in how they were made, each figure, and what both wrote.

import { call } from "../api.js";
import { el } from "../dom.js";

export async function comparison(author, old, latest) {
  const query = new URLSearchParams({ old, new: latest });
  const found = await call(`admin/authors/${author}/compare?${query}`);
  const [one, other] = found.versions;
  const made = Object.entries(found.made).filter(([name]) => !["run", "seconds", "planned_steps"].includes(name));
  return el("article", { class: "one-version" },
    el("p", {}, el("a", { href: `#/train/${author}` }, "← All versions")),
    el("h1", {}, `${one} and ${other}`),
    texts(found.samples, one, other),
    el("section", {}, el("h2", {}, "Figures"), el("p", { class: "hint" }, `“Better” and “worse”: the figure of ${one} lies outside the 95% interval of ${other}’s.`),
      table("Figures", ["Figure", one, other, "Difference", ""], found.figures.map((row) => [
        `${row.label}`, row.shown_old, row.shown_new, row.shown_difference,
        row.verdict && el("span", { class: `badge ${row.verdict}` }, row.verdict),
      ]))),
    made.length > 0 && el("section", {}, el("h2", {}, "Made differently"), table("Made differently", ["", one, other], made.map(([name, [a, b]]) => [name, a, b]))));
}

function texts(list, one, other) {
  if (!list.length) return el("section", {}, el("h2", {}, "Texts"), el("p", { class: "hint" }, "There are no texts of both for the same requests. Judge both again to have them."));
  return el("section", {}, el("h2", {}, "Texts for the same requests"), list.map((sample, place) =>
    el("details", { class: "sample", open: place === 0 }, el("summary", {}, sample.request),
      el("div", { class: "columns" },
        [[one, sample.texts[0]], [other, sample.texts[1]], ["The author", sample.author]].map(([title, text]) =>
          el("div", {}, el("h3", {}, title), el("p", { class: "text" }, text)))))));
}

function table(name, head, rows) {
  return el("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": name },
    el("table", {},
      el("thead", {}, el("tr", {}, head.map((title) => (title ? el("th", { scope: "col" }, title) : el("td", {}))))),
      el("tbody", {}, rows.map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row" }, first), rest.map((cell) => el("td", {}, cell)))))));
}
