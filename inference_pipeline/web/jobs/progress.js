// One job as it runs: its steps, how far it is, the time left, the loss as it falls, and what it said.

import { button, confirmed, el, fill, notice, speak } from "../dom.js";
import { lossCurve } from "../train/curve.js";
import { again, cancel, ended, events } from "./client.js";
import { duration, jobName, number, stageName, stateName, stepMeaning, stepName } from "./words.js";

const NOTES = 6;
const MANY = 2000; // of what nobody counts one by one
const STEPS_OF = {
  up: ["Collect", "Features", "Train", "Promote"],
  collect: ["Collect", "Features"],
};

/** {node, end()}. `done(job)` is called once when the job ends, however it does; `begun(job)` for one begun in its place. */
export function jobProgress(job, { done = () => {}, begun = () => {}, title = jobName(job) } = {}) {
  const view = new Progress(job, { done, begun, title });
  view.watch();
  return { node: view.node, end: () => view.watching.abort() };
}

class Progress {
  constructor(job, { done, begun, title }) {
    Object.assign(this, { job, done, begun });
    this.watching = new AbortController();
    this.now = job.progress;
    this.notes = [];
    this.points = { train_loss: [], validation_loss: [] };
    this.state = el("span", { class: "badge" });
    this.stop = button("Cancel", "close", () => this.cancel(), { class: "wide quiet small" });
    this.steps = el("ol", { class: "steps" });
    this.stage = el("p", { class: "stage" });
    this.bar = el("progress", { "aria-label": `Progress of: ${title}` });
    this.curve = el("div", { class: "curve" });
    this.said = el("ul", { class: "notes" });
    this.trouble = el("div", { class: "outcome", role: "status" });
    this.node = el("section", { class: "card job", "aria-label": title },
      el("div", { class: "row" }, el("h2", {}, title), this.state, el("span", { class: "space" }), this.stop),
      this.steps, this.stage, this.bar, this.curve, this.said, this.trouble);
    this.draw();
  }

  async watch() {
    const lost = (message) => { this.lost = message; this.soon(); };
    try {
      for await (const event of events(this.job.id, this.watching.signal, lost)) {
        this.take(event);
        this.soon();
      }
    } catch (error) {
      fill(this.trouble, el("p", { class: "trouble" }, error.message));
    }
  }

  take(event) {
    if (event.type === "started" || event.type === "progress") {
      if (this.job.state === "waiting") this.job = { ...this.job, state: "running", ahead: 0 };
      if (event.type === "progress") this.now = event;
    } else if (event.type === "note") {
      this.notes.push(event.text);
    } else if (event.type === "point") {
      const series = (this.points[event.series] ??= []);
      while (series.length && series.at(-1).step >= event.step) series.pop(); // a resumed run repeats what it had
      series.push({ step: event.step, value: event.value });
    } else if (event.type === "end") {
      this.job = event.job;
      speak(`${jobName(this.job)}: ${stateName(this.job)}.`);
      this.done(this.job);
    }
  }

  /** At most once a frame: a stream that is read from its beginning brings thousands of events. */
  soon() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); });
  }

  draw() {
    const { job, now } = this;
    this.node.dataset.state = job.state;
    this.state.textContent = stateName(job);
    this.stop.hidden = ended(job) || job.cancelling;
    this.drawSteps();
    const runs = job.state === "running";
    this.stage.hidden = this.bar.hidden = ended(job);
    this.stage.textContent = this.lost || (runs ? describe(now) : waits(job));
    if (runs && now?.total) {
      this.bar.max = now.total;
      this.bar.value = Math.min(now.done, now.total);
    } else {
      this.bar.removeAttribute("value");
    }
    fill(this.curve, lossCurve(this.points));
    fill(this.said, this.notes.slice(-NOTES).map((note) => el("li", {}, note)));
    fill(this.trouble, this.outcome());
  }

  drawSteps() {
    const names = STEPS_OF[this.job.kind] ?? [];
    const at = this.job.state === "done" ? names.length : (this.now?.step ?? 1) - 1;
    fill(this.steps, names.map((name, place) => {
      const state = place < at ? "past" : place === at && this.job.state !== "waiting" ? "now" : "ahead";
      return el("li", { class: state, "aria-current": state === "now" && !ended(this.job) ? "step" : null },
        el("span", { class: "dot", "aria-hidden": "true" }, state === "past" ? "✓" : String(place + 1)),
        el("span", {}, el("b", {}, stepName(name)), state === "now" && el("span", { class: "hint" }, stepMeaning(name))));
    }));
    this.steps.hidden = !names.length;
  }

  outcome() {
    const { job } = this;
    if (job.state === "done") return el("p", { class: "good" }, job.result?.text ?? "Done.");
    if (!["failed", "died", "cancelled"].includes(job.state)) return null;
    return [
      el("p", { class: "trouble" }, job.error || "Cancelled. What was done stays, and is not done again."),
      button("Start it again", "again", () => this.again(), { class: "wide quiet small" }),
    ];
  }

  async cancel() {
    if (this.job.state === "running" && !(await confirmed("Stop this? What is done so far is kept: started again, it goes on from there.", "Stop it"))) return;
    try {
      const job = await cancel(this.job);
      if (!ended(this.job)) this.job = job; // its last event may have come before this answer
      this.draw();
    } catch (error) {
      notice(error.message, "failed");
    }
  }

  async again() {
    try {
      this.begun(await again(this.job));
    } catch (error) {
      notice(error.message, "failed");
    }
  }
}

function describe(now) {
  if (!now?.stage) return "Beginning …";
  const left = now.left !== null && now.left !== undefined && now.total ? ` · ${duration(now.left)} left of this` : "";
  const name = stageName(now.stage);
  return `${name[0].toUpperCase()}${name.slice(1)} …${share(now)}${left}`;
}

function share({ done, total }) {
  if (!total) return done ? ` ${number(done)}` : "";
  const part = Math.min(done, total);
  return total > MANY ? ` ${Math.floor((100 * part) / total)}%` : ` ${number(part)} of ${number(total)}`;
}

const waits = (job) => (job.ahead ? `Waits for ${job.ahead === 1 ? "one job" : `${job.ahead} jobs`} before it.` : "Begins in a moment.");
