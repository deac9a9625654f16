// One version: what it was made of, what the judges say, and what it wrote.

import { call } from "../api.js";
import { button, el, notice } from "../dom.js";
import { begin } from "../jobs/client.js";
import { chart } from "./charts.js";
import { lossCurve } from "./curve.js";

const SHOWN = [["adapter", "The twin"], ["real", "The author"], ["base+posts", "Base model shown five posts"], ["base", "Base model"]];

export async function versionPage(author, reference, { begun }) {
  const found = await call(`admin/authors/${author}/versions/${encodeURIComponent(reference)}`);
  const judge = async () => {
    try {
      begun(await begin("evaluate", { author, version: found.version }));
    } catch (error) {
      notice(error.message, "failed");
    }
  };
  return el("article", { class: "one-version" },
    el("p", {}, el("a", { href: `#/train/${author}` }, "← All versions")),
    el("div", { class: "row" }, el("h1", {}, `${found.version}, made of ${found.features}`), el("span", { class: "space" }),
      button("Judge again", "again", judge, { class: "wide quiet" })),
    found.tainted && el("p", { class: "trouble" }, `Taken out of use: ${found.tainted}.`),
    el("ul", { class: "verdict" }, found.verdict.map((sentence) => el("li", {}, sentence))),
    found.refusals.length > 0 && el("div", { class: "card warn" }, el("h2", {}, "What speaks against letting it answer"), el("ul", {}, found.refusals.map((one) => el("li", {}, one)))),
    el("div", { class: "figures" }, found.headlines.map((one) => el("div", { class: "figure" }, el("b", {}, one.figure), el("span", {}, one.what)))),
    found.sections.map(section),
    lossCurve(found.curves),
    samples(found.samples),
    conversations(found.conversations),
    el("section", {}, el("h2", {}, "What it was made of"),
      el("dl", { class: "lineage" }, Object.entries(found.lineage).map(([what, which]) => [el("dt", {}, what), el("dd", {}, which)]))));
}

function section({ title, about, charts, table }) {
  if (!charts.length && !table.length) return null;
  return el("section", { class: "judge" }, el("h2", {}, title), el("p", { class: "hint" }, about),
    el("div", { class: "charts" }, charts.map(chart)),
    table.length > 0 && el("details", {}, el("summary", {}, "All figures"),
      el("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": `All figures: ${title}` }, el("table", {}, el("tbody", {}, table.map(([what, value]) => el("tr", {}, el("th", { scope: "row" }, what), el("td", {}, value))))))));
}

function samples(list) {
  if (!list.length) return el("section", {}, el("h2", {}, "What it writes"), el("p", { class: "hint" }, "The texts that it was judged by are not kept. Judge it again to have them."));
  return el("section", {}, el("h2", {}, "What it writes"), el("p", { class: "hint" }, "Posts that it never saw, asked for anew: beside what the author really wrote."),
    list.map((sample) => el("details", { class: "sample" }, el("summary", {}, sample.request),
      el("div", { class: "columns" }, SHOWN.filter(([key]) => sample.texts[key]).map(([key, title]) =>
        el("div", {}, el("h3", {}, title), el("p", { class: "text" }, sample.texts[key])))))));
}

function conversations(list) {
  if (!list.length) return null;
  return el("section", {}, el("h2", {}, "How it answers"), el("p", { class: "hint" }, "Questions that were put to it while it was judged, the worst answers first."),
    list.map((one) => el("details", { class: "sample" }, el("summary", {}, one.asked, one.faults && el("span", { class: "badge warn" }, one.faults)),
      one.earlier.map((turn) => el("p", { class: "hint" }, turn)),
      el("p", { class: "text" }, one.answer),
      one.expected && el("p", { class: "hint" }, `The author wrote: ${one.expected}`))));
}
