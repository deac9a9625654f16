// The versions as a line of descent: each hangs on the features that it was made of, the newest above.

import { button, el } from "../dom.js";
import { number } from "../jobs/words.js";

const ALIASES = { champion: "answers now", previous: "answered before", candidate: "candidate" };

/** `act` has promote(version), rollback(), open(version); `chosen` is the set of versions to compare, `choose` changes it. */
export function descent({ features, versions }, { author, act, chosen, choose }) {
  const names = [...new Set([...features.map((one) => one.name), ...versions.map((one) => one.features)])];
  return el("ol", { class: "descent" }, names.map((name) => {
    const made = versions.filter((one) => one.features === name);
    const feature = features.find((one) => one.name === name);
    return el("li", { class: "feature" },
      el("div", { class: "node" }, el("b", {}, name), el("span", { class: "hint" }, about(feature))),
      el("ul", { class: "versions" }, made.map((one) => row(one, { author, act, chosen, choose, several: versions.length > 1 }))));
  }));
}

function about(feature) {
  if (!feature) return "no longer kept";
  const { counts, created_at: made } = feature;
  return `${number((counts.documents ?? 0) - (counts.quarantined ?? 0) - (counts.duplicates ?? 0))} posts, ${number(counts.examples ?? 0)} examples · ${made.slice(0, 10)}`;
}

function row(version, { author, act, chosen, choose, several }) {
  const aliases = version.aliases.map((alias) => el("span", { class: `badge ${alias}` }, ALIASES[alias] ?? alias));
  const champion = version.aliases.includes("champion");
  const pick = el("input", { type: "checkbox", "aria-label": `Compare ${version.version}`, on: { change: () => choose(version.version, pick.checked) } });
  pick.checked = chosen.has(version.version);
  return el("li", { class: champion ? "version champion" : "version" },
    el("div", { class: "row" },
      el("a", { class: "name", href: `#/train/${author}/${version.version}` }, version.version),
      aliases,
      version.forced && el("span", { class: "badge warn" }, "forced"),
      version.tainted && el("span", { class: "badge danger", title: version.tainted }, "taken out of use"),
      el("span", { class: "space" }),
      several && el("label", { class: "check small" }, pick, el("span", {}, "compare")),
      version.aliases.includes("previous") && button("Roll back to it", "again", () => act.rollback(version), { class: "wide quiet small" }),
      !champion && !version.tainted && button("Let it answer", null, () => act.promote(version), { class: "wide quiet small" })),
    el("p", { class: "hint" }, [`${version.created_at.slice(0, 10)}`, version.base, version.seconds && `learned for ${Math.max(1, Math.round(version.seconds / 60))} min`].filter(Boolean).join(" · ")),
    version.headlines.length > 0 && el("ul", { class: "headlines" }, version.headlines.slice(0, 3).map((one) => el("li", {}, el("b", {}, one.figure), " ", one.what))));
}
