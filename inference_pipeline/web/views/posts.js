// Every post of an author: what is kept and what is not and why; collecting more; forgetting.

import { call } from "../api.js";
import { collectForm } from "../collect/form.js";
import { button, el, fill, notice } from "../dom.js";
import { all, begin, ended } from "../jobs/client.js";
import { jobProgress } from "../jobs/progress.js";
import { number, sourceName } from "../jobs/words.js";
import { postList, stateName } from "../posts/list.js";
import { postPanel } from "../posts/post.js";

const TYPING_MILLISECONDS = 200;

export function show(page) {
  const view = new Posts(page);
  view.begin().catch((error) => notice(error.message, "failed"));
  return { end: () => view.end(), moved: (path) => view.moved(path) };
}

class Posts {
  constructor({ main, path, go }) {
    Object.assign(this, { main, path, go, jobs: new Map() });
    this.query = { state: "", source: "", masked: "", text: "" };
  }

  async begin() {
    fill(this.main, el("p", { class: "hint" }, "Reading …"));
    const { data } = await call("admin/authors");
    if (!this.main.isConnected) return;
    if (!data.length) return this.go("begin");
    this.author = data.find((one) => one.author === this.path[0]) ?? data[0];
    const who = el("select", { "aria-label": "Author", class: "who-list", on: { change: () => this.go("posts", who.value) } },
      data.map((one) => el("option", { value: one.author }, one.name)));
    who.value = this.author.author;
    this.list = postList({ author: this.author.author, counted: (page) => this.counts(page) });
    this.panel = postPanel({
      author: this.author.author,
      closed: () => this.go("posts", this.author.author),
      forgot: (job, post) => this.forgot(job, post),
    });
    this.chips = el("div", { class: "chips", role: "group", "aria-label": "State" });
    this.sources = el("select", { "aria-label": "Source", on: { change: () => this.narrow({ source: this.sources.value }) } });
    this.search = el("input", { type: "search", "aria-label": "Search in posts", placeholder: "Search titles and texts", on: { input: () => this.typed() } });
    this.running = el("div", { class: "running" });
    this.adding = el("section", { class: "card", hidden: true, "aria-label": "Add posts" });
    this.total = el("p", { class: "hint" });
    fill(this.main,
      el("section", { class: "all" },
        el("div", { class: "row top-row" }, el("h1", {}, data.length > 1 ? who : `Posts by ${this.author.name}`), el("span", { class: "space" }),
          button("Collect again", "again", () => this.sync(), { class: "wide quiet" }),
          button("Add posts", "plus", () => this.toggle(), { class: "wide strong" })),
        this.adding, this.running,
        el("div", { class: "row filters" }, this.search, this.sources),
        this.chips, this.total, this.list.node),
      this.panel.node);
    this.main.classList.add("split");
    const live = (await all()).filter((job) => !ended(job) && job.author === this.author.author && job.kind !== "train");
    for (const job of live.reverse()) this.watch(job);
    await this.list.narrow(this.query);
    if (!this.main.isConnected) return;
    this.moved(this.path);
  }

  end() {
    clearTimeout(this.typing);
    this.list?.close();
    for (const job of this.jobs.values()) job.end();
  }

  /** Another post of the same list: it is not listed anew. */
  moved(path) {
    if (!this.list || (path[0] && path[0] !== this.author.author)) return false;
    this.path = path;
    this.list.choose(path[1] ?? "");
    if (path[1]) this.panel.show(path[1]);
    else this.panel.close();
    return true;
  }

  counts({ counts, total }) {
    const chip = (label, count, wanted) => el("button", {
      type: "button", class: "chip", "aria-pressed": String(Object.entries(wanted).every(([name, value]) => this.query[name] === value)),
      on: { click: () => this.narrow(wanted) },
    }, label, " ", el("span", {}, number(count)));
    const everything = Object.values(counts.states).reduce((sum, one) => sum + one, 0);
    const states = ["kept", "waiting", "near-duplicate", "quarantined"].filter((state) => counts.states[state]);
    const anyMasked = Object.keys(counts.masked).length > 0;
    fill(this.chips,
      chip("All", everything, { state: "", masked: "" }),
      states.map((state) => chip(stateName(state)[0].toUpperCase() + stateName(state).slice(1), counts.states[state], { state, masked: "" })),
      anyMasked && chip("Masked", Object.values(counts.masked).reduce((sum, one) => sum + one, 0), { state: "", masked: "yes" }));
    const names = Object.keys(counts.sources).sort();
    fill(this.sources, el("option", { value: "" }, "All sources"), names.map((name) => el("option", { value: name }, `${shortened(sourceName(name))} (${number(counts.sources[name])})`)));
    this.sources.value = this.query.source;
    this.sources.hidden = names.length < 2;
    const narrowed = this.query.text || this.query.state || this.query.masked || this.query.source;
    fill(this.total, narrowed ? `${number(total)} of ${number(everything)} posts` : "");
  }

  narrow(change) {
    Object.assign(this.query, change);
    this.list.narrow(this.query).catch((error) => notice(error.message, "failed"));
  }

  typed() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.narrow({ text: this.search.value.trim() }), TYPING_MILLISECONDS);
  }

  toggle(open = this.adding.hidden) {
    this.adding.hidden = !open;
    if (!open) return;
    fill(this.adding, el("h2", {}, `More of what ${this.author.name} wrote`), collectForm({
      kind: "collect",
      author: this.author.author,
      act: "Collect",
      begun: (job) => { this.toggle(false); this.watch(job); },
    }));
  }

  async sync() {
    try {
      this.watch(await begin("sync", { author: this.author.author }));
    } catch (error) {
      notice(error.message, "failed");
    }
  }

  forgot(job, post) {
    if (this.path[1] === post.row.id) this.go("posts", this.author.author); // unless another is read by now
    this.watch(job, `Forget “${post.row.title || post.row.file}”`, () => [post.row, ...post.joined].forEach((one) => this.list.drop(one.id)));
  }

  watch(job, title, done = () => {}) {
    if (this.jobs.has(job.id) || !this.main.isConnected) return;
    const shown = jobProgress(job, {
      title,
      begun: (again) => { shown.node.remove(); this.watch(again, title, done); },
      done: (end) => {
        if (end.state === "done") done();
        this.list.narrow(this.query).catch((error) => notice(error.message, "failed"));
      },
    });
    this.jobs.set(job.id, shown);
    this.running.prepend(shown.node);
  }
}

const shortened = (name) => (name.length > 44 ? `${name.slice(0, 16)}…${name.slice(-26)}` : name);
