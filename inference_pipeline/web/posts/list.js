// A list of any length: a page at a time is asked for as its end comes near.

import { call } from "../api.js";
import { button, el, fill, speak } from "../dom.js";
import { number } from "../jobs/words.js";
import { highlighted } from "./text.js";

const PAGE = 100;
const STATES = { kept: "kept", waiting: "waiting", "near-duplicate": "joined", quarantined: "left out" };
export const stateName = (state) => STATES[state] ?? state;

export function postList({ author, counted }) {
  return new PostList(author, counted);
}

class PostList {
  constructor(author, counted) {
    Object.assign(this, { author, counted, query: {}, cursor: "", asking: null });
    this.rows = el("ul", { class: "rows" });
    this.end = el("div", { class: "more" });
    this.node = el("div", { class: "list" }, this.rows, this.end);
    this.near = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.more(), { rootMargin: "1200px" });
  }

  /** Lists anew what `query` narrows the posts to. */
  async narrow(query) {
    this.query = query;
    this.cursor = "";
    this.near.disconnect();
    this.asking?.abort();
    this.asking = null;
    const page = await this.ask();
    if (!page) return;
    fill(this.rows);
    this.add(page);
    this.counted(page);
    speak(page.total === 1 ? "1 post" : `${number(page.total)} posts`);
  }

  async more() {
    if (!this.cursor || this.asking) return;
    const page = await this.ask().catch((error) => this.failed(error));
    if (page) this.add(page);
  }

  async ask() {
    const asking = (this.asking = new AbortController());
    const search = new URLSearchParams({ limit: String(PAGE), cursor: this.cursor });
    for (const [name, value] of Object.entries(this.query)) if (value) search.set(name, value);
    try {
      return await call(`admin/authors/${this.author}/posts?${search}`, { signal: asking.signal });
    } catch (error) {
      if (error.name === "AbortError") return null;
      throw error;
    } finally {
      if (this.asking === asking) this.asking = null;
    }
  }

  add(page) {
    const words = (this.query.text ?? "").split(/\s+/).filter(Boolean);
    const rows = document.createDocumentFragment();
    for (const row of page.data) rows.append(this.row(row, words));
    this.rows.append(rows);
    this.cursor = page.cursor;
    fill(this.end, page.cursor && button("More", "down", () => this.more(), { class: "wide quiet small" }),
      !page.total && el("p", { class: "hint" }, "No post is like that."));
    this.near.disconnect();
    if (page.cursor) this.near.observe(this.end);
  }

  row(row, words) {
    const masked = Object.entries(row.masked).map(([kind, count]) => (count > 1 ? `${count} × ${kind}` : kind));
    return el("li", { "data-post": row.id },
      el("a", { href: `#/posts/${this.author}/${row.id}`, class: "post" },
        el("span", { class: "head" },
          el("span", { class: "title" }, highlighted(row.title || row.file, words)),
          el("span", { class: `badge ${row.state}` }, stateName(row.state))),
        el("span", { class: "hint" }, [row.date.slice(0, 10) || "no date", row.source.split(":")[0], row.words ? `${number(row.words)} words` : ""].filter(Boolean).join(" · ")),
        row.reason && el("span", { class: "reason" }, row.reason),
        row.beginning && el("span", { class: "snippet" }, highlighted(row.beginning, words)),
        masked.length > 0 && el("span", { class: "hint" }, `Masked: ${masked.join(", ")}`)));
  }

  failed(error) {
    fill(this.end, el("p", { class: "trouble" }, error.message), button("Try again", "again", () => this.more(), { class: "wide quiet small" }));
  }

  drop(post) {
    this.rows.querySelector(`[data-post="${CSS.escape(post)}"]`)?.remove();
  }

  choose(post) {
    for (const link of this.rows.querySelectorAll("a")) link.toggleAttribute("data-chosen", link.hash.endsWith(`/${post}`));
  }

  close() {
    this.near.disconnect();
    this.asking?.abort();
  }
}
