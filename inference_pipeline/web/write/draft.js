// One draft: its text, how much it sounds like the author, and which sentences of it least.

import { call } from "../api.js";
import { marked } from "../cited_text.js";
import { copy } from "../chat/turns.js";
import { supporting } from "../chat/sources.js";
import { button, el, fill } from "../dom.js";

const MADE = {
  joined: "Put together from the author's own sentences.",
  quoted: "The author's own sentences.",
  written: "Written by the model, from the author's posts.",
  free: "Written by the model alone, from no post: take nothing in it for a fact.",
};

/** `about`: {author, name, panel, judge, rewrite}. */
export function draftCard(title, about) {
  const node = el("article", { class: "card draft", "aria-label": title });
  const card = {
    node,
    async fillFrom(writing) {
      fill(node, head(title), el("p", { class: "waiting" }, "Writing", el("span", { class: "dots" }, "…")));
      try {
        await card.show(await writing());
      } catch (error) {
        const stopped = error.name === "AbortError";
        fill(node, head(title), el("p", { class: "trouble" }, stopped ? "Stopped." : error.message));
      }
    },
    /** `answer`: of /v1/write or /v1/rewrite; `own`: a text that the person gave. */
    async show(answer) {
      const text = el("div", { class: "said draft-text" });
      const score = el("div", { class: "score" }, el("p", { class: "hint" }, "Comparing with the author…"));
      const write = (ranges) => fill(text, marked(answer.text, ranges, marksOf(answer, about)));
      write([]);
      fill(node, head(title, answer), text, how(answer), score, el("div", { class: "tools" },
        button("Copy", "copy", () => copy(answer.text), { class: "wide quiet small" }),
        !answer.own && button("Rewrite this", "pen", () => about.rewrite(answer.text), { class: "wide quiet small" }),
        answer.retrieved?.length > 0 && button("Sources", "book", () => about.panel.open(answer), { class: "wide quiet small" })));
      await judge(score, answer.text, about, write);
    },
  };
  return card;
}

function head(title, answer) {
  if (answer?.llm_twin) {
    const { way, retrieved, grounded, ...origin } = answer.llm_twin;
    Object.assign(answer, { way, retrieved, grounded, origin });
  }
  return el("header", { class: "row" }, el("h2", {}, title), answer?.own ? null : el("span", { class: "badge" }, "machine"));
}

function marksOf(answer, { panel }) {
  return supporting(answer.citations).map(({ citation, number }) => ({
    at: citation.answer_end,
    make: () => el("button", { type: "button", class: "mark", "aria-label": `Source ${number}: ${citation.title}`, on: { click: () => panel.open(answer, citation) } }, String(number)),
  }));
}

function how(answer) {
  const allowed = answer.characters_allowed ? `${answer.characters} of ${answer.characters_allowed} characters` : null;
  const size = [answer.words && `${answer.words} words`, allowed].filter(Boolean).join(", ");
  return el("p", { class: "hint" }, [MADE[answer.way], size && `${size}.`, answer.shortened && "Cut at a sentence to fit."].filter(Boolean).join(" "));
}

async function judge(place, text, { judge: model, name }, write) {
  try {
    const found = await call("v1/score", { method: "POST", body: { model, text } });
    if (found.overall === null) return fill(place, el("p", { class: "hint" }, found.message));
    const percent = Math.round(100 * found.overall);
    const filled = el("span", { class: "filled" });
    filled.style.setProperty("inline-size", `${percent}%`);
    const traits = (speaks) => found.stands_out.filter((one) => one.speaks === speaks).slice(0, 4).map((one) => one.habit).join(", ");
    const [good, bad] = [traits("for"), traits("against")];
    write(inOrder(found.least_like));
    fill(place,
      el("p", { class: "verdict" }, el("strong", {}, `${percent}%`), ` ${found.verdict.replace("the author", name)}`),
      el("p", { class: "scale", "aria-hidden": "true" }, el("span", { class: "track wide" }, filled), el("span", { class: "ends" }, el("span", {}, "like others"), el("span", {}, `like ${name}`))),
      found.least_like.length > 0 && el("p", { class: "hint" }, "Marked: what sounds least like ", name, "."),
      good && el("p", { class: "hint" }, el("b", {}, "Like the author: "), good, "."),
      bad && el("p", { class: "hint" }, el("b", {}, "Unlike: "), bad, "."));
  } catch (error) {
    fill(place, el("p", { class: "hint" }, `No score: ${error.message}`));
  }
}

/** The sentences that weigh most, in the order of the text. */
function inOrder(phrases) {
  const worst = phrases.slice(0, 3).map(({ start, end, log_odds: weight }) => ({ start, end, title: `Without it the text would be nearer to the author by ${weight.toFixed(2)} log-odds` }));
  return worst.sort((a, b) => a.start - b.start);
}
