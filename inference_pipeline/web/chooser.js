// Which twin, and which of its versions: two lists that belong together.

import { el, fill } from "./dom.js";

const LAST = "twin chosen model";

/** `chosen()` returns {twin, version}. `remember`: the choice is the first one of the next visit. */
export function chooser(twins, model, changed, { remember = true, label = "Version" } = {}) {
  const wanted = model ?? localStorage.getItem(LAST) ?? "";
  const known = (id) => twins.some((twin) => twin.versions.some((version) => version.id === id));
  const start = known(wanted) ? wanted : twins[0].versions[0].id;
  const who = el("select", { "aria-label": "Twin", class: "who-list" }, twins.map((twin) => el("option", { value: twin.author }, twin.name)));
  const which = el("select", { "aria-label": label, class: "which-list" });
  const twin = () => twins.find((one) => one.author === who.value);
  const list = (id) => {
    fill(which, twin().versions.map((one) => el("option", { value: one.id }, one.label)));
    which.value = twin().versions.some((one) => one.id === id) ? id : twin().versions[0].id;
  };
  const tell = () => {
    if (remember) localStorage.setItem(LAST, which.value);
    changed();
  };
  who.addEventListener("change", () => { list(""); tell(); });
  which.addEventListener("change", tell);
  who.value = start.split("@")[0];
  list(start);
  return {
    node: el("div", { class: "chooser" }, who, which),
    chosen: () => ({ twin: twin(), version: twin().versions.find((one) => one.id === which.value) }),
  };
}
