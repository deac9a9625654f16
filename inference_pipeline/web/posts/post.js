// One post: its text as it is learned from, why it is where it is, and how it is forgotten.

import { call } from "../api.js";
import { button, confirmed, el, fill, notice, outward, safeAddress } from "../dom.js";
import { sourceName } from "../jobs/words.js";
import { stateName } from "./list.js";
import { masked } from "./text.js";

const MEANING = {
  kept: "It is learned from, and answers quote it.",
  waiting: "It was collected, and nothing was made of it yet.",
  "near-duplicate": "It says what another post says, which is kept in its place.",
  quarantined: "It is not used.",
};

/** {node, show(id), close()}. `forgot(job)` is told when its erasure was begun. */
export function postPanel({ author, closed, forgot }) {
  const inner = el("div", { class: "inside" });
  const node = el("aside", { class: "reading", "aria-label": "Post", hidden: true }, inner);
  let asked = "";
  const close = () => { asked = ""; node.hidden = true; };
  const show = async (id) => {
    asked = id;
    let post;
    try {
      post = await call(`admin/authors/${author}/posts/${encodeURIComponent(id)}`);
    } catch (error) {
      if (asked !== id) return;
      notice(error.message, "failed");
      return closed();
    }
    if (asked !== id) return;
    const { row } = post;
    fill(inner,
      el("div", { class: "row" }, el("span", { class: `badge ${row.state}` }, stateName(row.state)), el("span", { class: "space" }),
        button("Forget everywhere", "bin", () => forget(post), { class: "wide quiet small danger" }),
        button("Close", "close", closed)),
      el("h2", { tabindex: "-1", class: "name" }, row.title || row.file),
      el("p", { class: "hint" }, [row.date.slice(0, 10), row.kind, sourceName(row.source)].filter(Boolean).join(" · ")),
      safeAddress(row.url) && el("p", { class: "hint" }, outward(row.url, {}, "Where it stands")),
      el("p", { class: "why" }, MEANING[row.state], row.reason && ` ${row.reason[0].toUpperCase()}${row.reason.slice(1)}.`),
      post.joined.length > 0 && el("details", {}, el("summary", {}, `${post.joined.length} ${post.joined.length === 1 ? "copy" : "copies"} or near-duplicates`),
        el("ul", {}, post.joined.map((one) => el("li", {}, el("a", { href: `#/posts/${author}/${one.id}` }, one.title || one.file), ` (${sourceName(one.source)})`)))),
      post.masked.length > 0 && el("p", { class: "hint" }, "Marked places are masked: what stood there is kept out of the model, the index and every answer."),
      post.context && el("blockquote", {}, el("p", { class: "hint" }, "It answers:"), post.context),
      post.text ? masked(post.text, post.masked, post.marked) : el("p", { class: "hint" }, row.state === "waiting" ? "Its text is shown once it was cleaned and masked." : "There is no text of it."));
    node.hidden = false;
    inner.querySelector("h2").focus({ preventScroll: true });
    node.scrollTop = 0;
  };
  const forget = async (post) => {
    const copies = post.joined.length ? ` and ${post.joined.length} of the same words` : "";
    const question = `Forget “${post.row.title || post.row.file}”${copies} for good? It leaves every feature version, the index and all caches; versions that learnt from it can no longer be used.`;
    if (!(await confirmed(question, "Forget it"))) return;
    try {
      forgot(await call(`admin/authors/${author}/posts/${encodeURIComponent(post.row.id)}`, { method: "DELETE" }), post);
    } catch (error) {
      notice(error.message, "failed");
    }
  };
  return { node, show, close };
}
