// A conversation with a twin: its turns, the field below, the conversations of this browser, and the sources beside it.

import { ApiError, can, streamed, twins } from "../api.js";
import * as conversations from "../conversations.js";
import { button, confirmed, el, fill, notice, speak } from "../dom.js";
import { answerTurn, askedTurn } from "../chat/turns.js";
import { sourcesPanel } from "../chat/sources.js";
import { chooser } from "../chooser.js";
import { saveFile } from "../files.js";

const SUGGESTIONS = ["Who are you?", "What do you write about?", "What do you think of winter?"];

export function show(page) {
  const view = new Chat(page);
  view.begin().catch((error) => notice(error.message, "failed"));
  return () => view.end();
}

class Chat {
  constructor({ main, path, go }) {
    this.main = main;
    this.go = go;
    this.first = path[0] === "new" ? path[1] ?? "" : null; // a question to begin with
    this.conversation = path[0] && this.first === null ? conversations.find(path[0]) : null;
    this.missing = Boolean(path[0]) && this.first === null && !this.conversation;
    this.answering = null; // an AbortController while an answer is written
    this.onKey = (event) => event.key === "Escape" && (this.panel.isOpen ? this.panel.close() : this.stop());
  }

  async begin() {
    this.twins = await twins();
    if (!this.main.isConnected) return;
    if (!this.twins.length) return can("admin") ? this.go("begin") : this.empty();
    if (this.missing) notice("That conversation is not in this browser.", "failed");
    this.panel = sourcesPanel();
    this.list = el("ul", { class: "past" });
    this.turns = el("div", { class: "turns" });
    this.choose = chooser(this.twins, this.conversation?.model, () => this.chosen());
    this.field = el("textarea", {
      id: "ask", rows: "1", autocomplete: "off",
      on: { input: () => this.grow(), keydown: (event) => this.key(event) },
    });
    this.send = button("Send", "up", () => this.submit(), { class: "round strong" });
    this.halt = button("Stop", "stop", () => this.stop(), { class: "round", hidden: true });
    this.drawer = el("section", { class: "drawer", "aria-label": "Conversations" },
      el("div", { class: "row" }, button("New conversation", "plus", () => this.go("chat"), { class: "wide quiet" }),
        button("Close the list", "close", () => this.toggleList(false), { class: "bare only-narrow" })),
      this.list);
    fill(
      this.main,
      this.drawer,
      el("section", { class: "talk", "aria-label": "Conversation" },
        el("div", { class: "bar" },
          el("h1", { class: "unseen" }, "Chat"),
          button("Conversations", "list", () => this.toggleList(), { class: "bare only-narrow" }),
          this.choose.node,
          el("span", { class: "space" }),
          button("Export as Markdown", "save", () => this.export()),
          button("Delete this conversation", "bin", () => this.delete(this.conversation))),
        this.turns,
        el("form", { class: "composer", on: { submit: (event) => { event.preventDefault(); this.submit(); } } },
          el("label", { for: "ask", class: "unseen" }, "Your message"),
          this.field, this.halt, this.send,
          (this.sign = el("p", { class: "sign" })))),
      this.panel.node,
    );
    document.addEventListener("keydown", this.onKey);
    this.chosen();
    this.draw();
    this.field.focus();
    if (this.first) {
      this.field.value = this.first;
      this.submit();
    }
  }

  end() {
    if (this.answering) this.keep();
    this.stop();
    this.answering = null; // what is stopped keeps nothing any more: the conversation may be open anew
    document.removeEventListener("keydown", this.onKey);
  }

  empty() {
    fill(this.main, el("section", { class: "card narrow" },
      el("h1", {}, "There is no twin to talk to yet"),
      el("p", {}, "A twin is made of what somebody wrote: a folder, an archive, or the address of a blog. In a terminal: "),
      el("pre", {}, "twin up PLACE --author \"Your Name\"")));
  }

  chosen() {
    const { twin } = this.choose.chosen();
    this.field.placeholder = `Ask ${twin.name}'s twin`;
    this.sign.textContent = `A machine answers here, made of what ${twin.name} wrote. It is not ${twin.name}.`;
    if (this.conversation && this.conversation.model !== this.choose.chosen().version.id) {
      this.conversation.model = this.choose.chosen().version.id;
      this.keep();
    }
    this.draw();
  }

  nameOf(model) {
    return this.twins.find((twin) => twin.author === model.split("@")[0])?.name ?? model.split("@")[0];
  }

  draw() {
    this.drawList();
    const turns = this.conversation?.turns ?? [];
    fill(this.turns, turns.length ? turns.map((turn, place) => this.turn(turn, place)) : this.greeting());
    this.turns.lastElementChild?.scrollIntoView({ block: "end" });
  }

  greeting() {
    const { twin } = this.choose.chosen();
    const ask = (text) => button(text, null, () => { this.field.value = text; this.submit(); }, { class: "wide quiet" });
    return el("div", { class: "greeting" },
      el("h2", { class: "display" }, `Ask ${twin.name}`),
      el("p", {}, `Answers come from what ${twin.name} wrote, word for word where they can, and say where. When nothing was written about it, you are told so.`),
      el("div", { class: "row" }, SUGGESTIONS.map(ask)));
  }

  turn(turn, place) {
    if (turn.role === "user") return askedTurn(turn, (text) => this.edit(place, text));
    const last = place === this.conversation.turns.length - 1;
    return answerTurn(turn, {
      name: this.nameOf(turn.model),
      asked: this.conversation.turns.slice(0, place),
      panel: this.panel,
      again: last ? () => this.again() : null,
      changed: () => this.rated(turn),
    });
  }

  drawList() {
    fill(this.list, conversations.all().map((one) =>
      el("li", {},
        el("a", { href: `#/chat/${one.id}`, "aria-current": one.id === this.conversation?.id ? "true" : null },
          el("span", { class: "title" }, one.title || "Untitled"),
          el("span", { class: "hint" }, `${this.nameOf(one.model)} · ${day(one.updated)}`)),
        button(`Delete “${one.title}”`, "bin", () => this.delete(one), { class: "bare small" }))));
  }

  toggleList(open = !this.drawer.classList.contains("open")) {
    this.drawer.classList.toggle("open", open);
    if (open) this.drawer.querySelector("button").focus();
  }

  grow() {
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${this.field.scrollHeight}px`);
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const text = this.field.value.trim();
    if (!text || this.answering) return;
    this.field.value = "";
    this.grow();
    if (!this.conversation) this.conversation = conversations.started(this.choose.chosen().version.id);
    this.conversation.turns.push({ role: "user", text });
    this.answer();
  }

  edit(place, text) {
    this.stop();
    this.conversation.turns.length = place;
    this.conversation.turns.push({ role: "user", text });
    this.answer();
  }

  again() {
    this.conversation.turns.pop();
    this.answer();
  }

  stop() {
    this.answering?.abort();
  }

  async answer() {
    const { conversation } = this;
    const writing = new AbortController();
    const model = this.choose.chosen().version.id;
    const turn = { role: "assistant", text: "", model, citations: [], retrieved: [], state: "writing" };
    const messages = conversation.turns.filter((one) => one.text).map((one) => ({ role: one.role, content: one.text }));
    conversation.turns.push(turn);
    this.keep();
    if (location.hash !== `#/chat/${conversation.id}`) history.replaceState(null, "", `#/chat/${conversation.id}`);
    this.draw();
    this.busy(writing);
    const current = () => this.answering === writing; // not since the message before it was edited
    const redraw = onceAFrame(() => current() && this.redrawLast());
    speak(`${this.nameOf(model)}'s twin is writing.`);
    try {
      const body = { model, messages, stream: true };
      for await (const event of streamed("v1/chat/completions", { method: "POST", signal: writing.signal, body })) {
        take(turn, event);
        redraw();
      }
      turn.state = "done";
      speak(`${this.nameOf(model)}'s twin: ${turn.text}`);
    } catch (error) {
      turn.state = error.name === "AbortError" ? "stopped" : "failed";
      if (turn.state === "failed") turn.problem = error instanceof ApiError ? error.message : "the answer broke off.";
      speak(turn.state === "stopped" ? "Stopped." : turn.problem);
    }
    delete turn.waiting;
    if (!current()) return;
    this.busy(null);
    this.keep();
    this.redrawLast();
    this.drawList();
  }

  /** What is written stays in sight, unless somebody reads further up. */
  redrawLast() {
    const { scrollHeight, scrollTop, clientHeight } = this.turns;
    this.turns.lastElementChild.update?.();
    if (scrollHeight - scrollTop - clientHeight < 80) this.turns.scrollTop = this.turns.scrollHeight;
  }

  busy(answering) {
    this.answering = answering;
    this.send.hidden = Boolean(answering);
    this.halt.hidden = !answering;
  }

  keep() {
    if (!this.conversation || this.gone) return;
    try {
      conversations.keep(this.conversation);
    } catch {
      notice("This browser's storage is full: the conversation is not kept. Delete older ones.", "failed");
    }
  }

  /** An opinion may be taken when the conversation was left. It may have gone on since, or been deleted. */
  rated(turn) {
    if (this.main.isConnected) return this.keep();
    const kept = conversations.find(this.conversation.id);
    const same = kept?.turns.find((one) => one.id === turn.id);
    if (!same) return;
    Object.assign(same, { rating: turn.rating, correction: turn.correction });
    conversations.keep(kept);
  }

  export() {
    if (!this.conversation) return notice("There is nothing to export yet.");
    const text = conversations.asMarkdown(this.conversation, (model) => this.nameOf(model));
    saveFile(`${this.nameOf(this.conversation.model)} ${day(this.conversation.created)}.md`, text, "text/markdown");
  }

  async delete(conversation) {
    if (!conversation) return;
    if (!(await confirmed(`Delete “${conversation.title}” from this browser?`, "Delete"))) return;
    if (conversation.id === this.conversation?.id) this.stop();
    conversations.remove(conversation.id);
    this.gone = conversation.id === this.conversation?.id;
    if (this.gone) this.go("chat");
    else this.drawList();
  }
}

/** What one event of the stream says of the answer. */
function take(turn, event) {
  if (event.comment) {
    turn.waiting = event.comment;
    return;
  }
  turn.id ??= event.id;
  const [choice] = event.choices;
  turn.text += choice?.delta.content ?? "";
  if (!event.llm_twin) return;
  const { way, grounded, retrieved, ...origin } = event.llm_twin;
  Object.assign(turn, { way, grounded, origin, citations: event.citations, retrieved: retrieved ?? [] });
}

function onceAFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

const day = (time) => new Date(time).toISOString().slice(0, 10);
