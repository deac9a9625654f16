// The first visit: from a place to the first answer.

import { twins } from "../api.js";
import { collectForm } from "../collect/form.js";
import { el, fill, notice } from "../dom.js";
import { all, ended } from "../jobs/client.js";
import { jobProgress } from "../jobs/progress.js";

const TIMES = [["5", "about 5 minutes: a first impression"], ["15", "about 15 minutes"], ["40", "about 40 minutes: as near as this machine gets"]];

export function show(page) {
  const view = new Begin(page);
  view.begin().catch((error) => notice(error.message, "failed"));
  return () => view.watched?.end();
}

class Begin {
  constructor({ main, go }) {
    Object.assign(this, { main, go });
  }

  async begin() {
    this.place = el("div", {});
    fill(this.main, el("div", { class: "first" },
      el("h1", {}, "Make a twin of somebody’s writing"),
      el("p", { class: "lead" }, "Give it what a person wrote. It learns to write like them, and answers from their own sentences and says where they stand. Everything stays on this machine."),
      this.place));
    const making = (await all()).find((job) => job.kind === "up" && !ended(job));
    if (!this.main.isConnected) return;
    if (making) this.watch(making);
    else this.ask();
  }

  ask() {
    const time = el("select", { id: "minutes" }, TIMES.map(([value, label]) => el("option", { value }, label)));
    time.value = "15";
    fill(this.place, el("section", { class: "card" }, collectForm({
      kind: "up",
      act: "Make the twin",
      more: el("div", { class: "field" }, el("label", { for: "minutes" }, "Time to learn"), time),
      extra: () => ({ minutes: Number(time.value) }),
      begun: (job) => this.watch(job),
    })));
  }

  watch(job) {
    if (!this.main.isConnected) return; // left while it was begun
    this.watched?.end();
    this.watched = jobProgress(job, {
      title: `${job.arguments.author}’s twin`,
      begun: (again) => this.watch(again),
      done: (end) => this.done(end),
    });
    fill(this.place, this.watched.node, el("p", { class: "hint" }, "You can close this page: it goes on, and is here when you come back."));
  }

  async done(job) {
    if (job.state !== "done") {
      fill(this.place, this.watched.node, el("p", {}, el("a", { href: "#/begin", on: { click: (event) => { event.preventDefault(); this.watched.end(); this.ask(); } } }, "Begin with something else"), " · ", el("a", { href: "#/posts" }, "See what was collected"), " · ", el("a", { href: "#/train" }, "See the versions")));
      return;
    }
    const found = (await twins()).find((one) => one.author === job.result.author);
    const question = el("input", { id: "first", type: "text", autocomplete: "off", value: "What do you write about?" });
    fill(this.place, this.watched.node, el("section", { class: "card" },
      el("form", { on: { submit: (event) => { event.preventDefault(); this.go("chat", "new", question.value.trim()); } } },
        el("label", { for: "first" }, `Ask ${found?.name ?? "the twin"} something`),
        el("div", { class: "row" }, question, el("button", { class: "button strong" }, "Ask")))));
    question.focus();
  }
}
