// Runs and versions: begin one, watch it, see what came of it, and say which version answers.

import { call } from "../api.js";
import { button, confirmed, el, fill, notice, once } from "../dom.js";
import { all, begin, ended } from "../jobs/client.js";
import { jobProgress } from "../jobs/progress.js";
import { jobName, stateName, when } from "../jobs/words.js";
import { comparison } from "../train/compare.js";
import { descent } from "../train/descent.js";
import { versionPage } from "../train/version.js";

const TIMES = [["5", "5 minutes"], ["15", "15 minutes"], ["40", "40 minutes"], ["120", "2 hours"]];
const LOOK_MILLISECONDS = 4000;
const PAST = 8; // ended jobs that are listed

export function show(page) {
  const view = new Train(page);
  view.begin().catch((error) => notice(error.message, "failed"));
  return () => view.end();
}

class Train {
  constructor({ main, path, go }) {
    Object.assign(this, { main, path, go, chosen: new Set(), watched: new Map(), asked: 0, answered: 0 });
  }

  async begin() {
    fill(this.main, el("p", { class: "hint" }, "Reading …"));
    const { data } = await call("admin/authors");
    if (!this.main.isConnected) return;
    if (!data.length) return this.go("begin");
    this.author = data.find((one) => one.author === this.path[0]) ?? data[0];
    const { author } = this.author;
    const begun = () => this.go("train", author);
    if (this.path[1] === "compare") return fill(this.main, await comparison(author, this.path[2], this.path[3]));
    if (this.path[1]) return fill(this.main, await versionPage(author, this.path[1], { begun }));
    this.frame(data);
    await Promise.all([this.lineage(), this.look()]);
    while (this.main.isConnected) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
      await this.look().catch(() => {}); // one after the other: an older answer never comes after a newer
    }
  }

  end() {
    for (const job of this.watched.values()) job.end();
  }

  frame(data) {
    const who = el("select", { "aria-label": "Author", class: "who-list", on: { change: () => this.go("train", who.value) } },
      data.map((one) => el("option", { value: one.author }, one.name)));
    who.value = this.author.author;
    this.time = el("select", { id: "time" }, TIMES.map(([value, label]) => el("option", { value }, label)));
    this.time.value = "15";
    this.promote = el("input", { type: "checkbox", id: "promote" });
    this.promote.checked = true;
    this.running = el("div", { class: "running" });
    this.past = el("section", { class: "past-jobs", "aria-label": "Earlier jobs" });
    this.versions = el("section", { class: "lines", "aria-label": "Versions" });
    const train = once(() => this.train());
    this.compare = button("Compare the two", null, () => this.go("train", this.author.author, "compare", ...this.inOrder()), { class: "wide quiet" });
    fill(this.main, el("div", { class: "wide-page" },
      el("div", { class: "row top-row" }, el("h1", {}, data.length > 1 ? who : `Versions of ${this.author.name}’s twin`)),
      el("form", { class: "card row train-form", on: { submit: (event) => { event.preventDefault(); train(); } } },
        el("label", { for: "time" }, "Train for"), this.time,
        el("label", { class: "check" }, this.promote, el("span", {}, "let it answer if it is better")),
        el("span", { class: "space" }), el("button", { class: "button strong" }, "Train a version")),
      this.running,
      el("div", { class: "row" }, el("h2", {}, "Line of descent"), el("span", { class: "space" }), this.compare),
      this.versions, this.past));
    this.choice();
  }

  async lineage() {
    const turn = ++this.asked;
    const found = await call(`admin/authors/${this.author.author}/lineage`);
    if (turn < this.answered) return; // a newer one is shown already
    this.answered = turn;
    const act = { promote: (version) => this.promoted(version), rollback: (version) => this.rolledBack(version) };
    this.known = found.versions.map((one) => one.version);
    fill(this.versions, found.versions.length || found.features.length
      ? descent(found, { author: this.author.author, act, chosen: this.chosen, choose: (version, yes) => this.choose(version, yes) })
      : el("p", { class: "hint" }, "There is no version yet. Train the first one above."));
    this.choice();
  }

  choose(version, yes) {
    if (yes) this.chosen.add(version);
    else this.chosen.delete(version);
    this.choice();
  }

  choice() {
    this.compare.disabled = this.chosen.size !== 2;
    this.compare.hidden = (this.known?.length ?? 0) < 2;
  }

  /** The older one first. */
  inOrder() {
    return [...this.chosen].sort((one, other) => this.known.indexOf(other) - this.known.indexOf(one));
  }

  /** What runs and waits is watched, what has ended is listed. */
  async look() {
    if (!this.main.isConnected) return;
    const jobs = await all();
    if (!this.main.isConnected) return;
    for (const job of jobs.filter((one) => !ended(one)).reverse()) if (!this.watched.has(job.id)) this.watch(job);
    const past = jobs.filter((job) => ended(job) && !this.watched.has(job.id)).slice(0, PAST);
    fill(this.past, past.length > 0 && [
      el("h2", {}, "Earlier jobs"),
      el("ul", {}, past.map((job) => el("li", {}, el("span", { class: `badge ${job.state}` }, stateName(job)), " ",
        el("b", {}, jobName(job)), el("span", { class: "hint" }, ` ${job.author} · ${when(job.ended_at ?? job.created_at)}`),
        el("span", { class: "result" }, job.result?.text ?? job.error)))),
    ]);
  }

  watch(job) {
    if (this.watched.has(job.id) || !this.main.isConnected) return; // found by look before its own answer came; or left
    const shown = jobProgress(job, {
      begun: (again) => { shown.node.remove(); this.watch(again); },
      done: () => this.lineage().catch((error) => notice(error.message, "failed")),
    });
    this.watched.set(job.id, shown);
    this.running.append(shown.node);
  }

  async train() {
    await this.try(async () => this.watch(await begin("train", { author: this.author.author, minutes: Number(this.time.value), promote: this.promote.checked })));
  }

  async promoted(version) {
    const promote = (more) => call(`admin/authors/${this.author.author}/promote`, { method: "POST", body: { version: version.version, ...more } });
    await this.try(async () => {
      try {
        await promote({});
      } catch (error) {
        if (error.code !== "promotion_refused") throw error;
        if (!(await confirmed(`${error.message} Let it answer all the same? That is recorded.`, "Let it answer"))) return;
        await promote({ force: true, reason: "by hand, on the page" });
      }
      notice(`${version.version} answers from now on.`);
      await this.lineage();
    });
  }

  async rolledBack(version) {
    if (!(await confirmed(`Let ${version.version} answer again, in place of the champion?`, "Roll back"))) return;
    await this.try(async () => {
      await call(`admin/authors/${this.author.author}/rollback`, { method: "POST" });
      notice(`${version.version} answers again.`);
      await this.lineage();
    });
  }

  async try(work) {
    try {
      await work();
    } catch (error) {
      notice(error.message, "failed");
    }
  }
}
