// Drafts side by side, from two versions, each with how much it sounds like the author.

import { call, twins } from "../api.js";
import { button, el, fill, notice, speak } from "../dom.js";
import { sourcesPanel } from "../chat/sources.js";
import { draftCard } from "../write/draft.js";

const PLATFORMS = { blog: "Blog", linkedin: "LinkedIn", mastodon: "Mastodon", bluesky: "Bluesky", x: "X", mail: "Mail" };
const LENGTHS = { "": "As is usual there", short: "Short, 60 words", medium: "Medium, 200 words", long: "Long, 500 words" };
const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", it: "Italiano", nl: "Nederlands", pt: "Português", zh: "中文", ja: "日本語" };
const KINDS = {
  topic: { title: "Topic", label: "What is it to be about?", rows: 2, hint: "A few words, or a sentence." },
  notes: { title: "Notes", label: "Your notes, one a line", rows: 7, hint: "Each line becomes a point of the text." },
  rewrite: { title: "Rewrite", label: "The text to rewrite", rows: 10, hint: "Any text, of anybody. It is said again in the author's voice." },
};
const NONE = "none";
const KEPT = `twin write ${new URL("./", document.baseURI).pathname}`;

export function show({ main }) {
  const view = new Write(main);
  view.begin().catch((error) => notice(error.message, "failed"));
  return () => view.end();
}

class Write {
  constructor(main) {
    this.main = main;
    this.kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    this.kind = this.kept.kind ?? "topic";
    this.cards = [];
  }

  async begin() {
    this.twins = await twins();
    if (!this.main.isConnected) return;
    if (!this.twins.length) {
      return fill(this.main, el("section", { class: "card narrow" }, el("h1", {}, "There is no twin to write yet"),
        el("p", {}, "In a terminal: "), el("pre", {}, "twin up PLACE --author \"Your Name\"")));
    }
    this.panel = sourcesPanel();
    this.who = select("Whose voice", Object.fromEntries(this.twins.map((twin) => [twin.author, twin.name])), this.kept.author);
    this.platform = select("Where it is to appear", PLATFORMS, this.kept.platform);
    this.length = select("Length", LENGTHS, this.kept.length);
    this.language = select("Language", LANGUAGES, this.kept.language);
    this.first = select("First draft by", {});
    this.second = select("Second draft by", {});
    this.who.field.addEventListener("change", () => this.listVersions());
    this.listVersions(this.kept.first, this.kept.second);
    this.tabs = el("div", { class: "segments", role: "radiogroup", "aria-label": "Write from" },
      Object.entries(KINDS).map(([name, { title }]) => el("label", { class: "segment" },
        el("input", { type: "radio", name: "kind", value: name, on: { change: () => this.choose(name, this.text.value) } }),
        el("span", {}, title))));
    this.asked = el("div", { class: "asked-for" });
    this.drafts = el("div", { class: "drafts" });
    this.go = el("button", { class: "button strong" });
    this.halt = button("Stop", "stop", () => this.stop(), { class: "wide quiet", hidden: true });
    fill(this.main,
      el("div", { class: "desk" },
        el("h1", {}, "Write"),
        el("form", { class: "order", on: { submit: (event) => { event.preventDefault(); this.write(); } } },
          this.tabs, this.asked,
          el("div", { class: "choices" }, this.who.node, this.first.node, this.second.node, this.platform.node, this.length.node, this.language.node),
          el("div", { class: "row" }, this.go, this.halt)),
        this.drafts),
      this.panel.node);
    this.choose(this.kind, this.kept.text ?? "");
    this.onKey = (event) => event.key === "Escape" && this.panel.isOpen && this.panel.close();
    document.addEventListener("keydown", this.onKey);
  }

  end() {
    this.stop();
    document.removeEventListener("keydown", this.onKey);
  }

  stop() {
    this.running?.abort();
  }

  /** Champion against the base model, unless something else was chosen. */
  listVersions(first, second) {
    const twin = this.twins.find((one) => one.author === this.who.field.value);
    const versions = Object.fromEntries(twin.versions.map((one) => [one.id, one.label]));
    this.first.offer(versions, first ?? twin.versions[0].id);
    this.second.offer({ ...versions, [NONE]: "no second draft" }, second ?? `${twin.author}@base`);
  }

  choose(kind, text) {
    this.kind = kind;
    const { label, rows, hint } = KINDS[kind];
    for (const one of this.tabs.querySelectorAll("input")) one.checked = one.value === kind;
    this.text = el("textarea", { id: "order", rows: String(rows), value: text, "aria-describedby": "order-hint", required: true,
      maxlength: kind === "rewrite" ? "20000" : kind === "topic" ? "500" : null });
    fill(this.asked, el("label", { for: "order" }, label), this.text, el("p", { class: "hint", id: "order-hint" }, hint));
    for (const { node } of [this.platform, this.length]) node.hidden = kind === "rewrite";
    fill(this.go, kind === "rewrite" ? "Rewrite" : "Write");
  }

  request(model) {
    const text = this.text.value.trim();
    const common = { model, language: this.language.field.value };
    if (this.kind === "rewrite") return ["v1/rewrite", { ...common, text }];
    const about = this.kind === "topic" ? { topic: text } : { notes: text.split("\n").map((line) => line.trim()).filter(Boolean) };
    return ["v1/write", { ...common, ...about, platform: this.platform.field.value, length: this.length.field.value || null }];
  }

  async write() {
    if (!this.text.value.trim() || this.running) return;
    this.keep();
    this.running = new AbortController();
    this.busy(true);
    const author = this.who.field.value;
    const models = [...new Set([this.first.field.value, this.second.field.value])].filter((one) => one !== NONE);
    const twin = this.twins.find((one) => one.author === author);
    const about = {
      author, name: twin.name, panel: this.panel,
      // The base model has no style of its own to compare with: every text is compared with the author's.
      judge: models.find((one) => !one.endsWith("@base")) ?? author,
      rewrite: (text) => { this.choose("rewrite", text); this.text.scrollIntoView({ block: "center" }); this.text.focus(); },
    };
    const original = this.kind === "rewrite" ? [draftCard("Your text", about)] : [];
    const cards = models.map((model) => draftCard(twin.versions.find((one) => one.id === model)?.label ?? model, about));
    fill(this.drafts, [...original, ...cards].map((card) => card.node));
    original[0]?.show({ text: this.text.value.trim(), own: true });
    speak("Writing.");
    const signal = this.running.signal;
    await Promise.all(models.map((model, place) => cards[place].fillFrom(() => {
      const [path, body] = this.request(model);
      return call(path, { method: "POST", body, signal });
    })));
    speak("The drafts are there.");
    this.running = null;
    this.busy(false);
  }

  busy(writing) {
    this.go.disabled = writing;
    this.halt.hidden = !writing;
  }

  keep() {
    const [kind, text, author] = [this.kind, this.text.value, this.who.field.value];
    const chosen = { platform: this.platform, length: this.length, language: this.language, first: this.first, second: this.second };
    const values = Object.fromEntries(Object.entries(chosen).map(([name, one]) => [name, one.field.value]));
    sessionStorage.setItem(KEPT, JSON.stringify({ kind, text, author, ...values }));
  }
}

/** A list with its label; `offer` changes what is in it. */
function select(label, options, chosen) {
  const id = `choice-${label.replaceAll(" ", "-").toLowerCase()}`;
  const field = el("select", { id });
  const offer = (offered, value) => {
    fill(field, Object.entries(offered).map(([key, text]) => el("option", { value: key }, text)));
    if (value in offered) field.value = value;
  };
  offer(options, chosen);
  return { field, offer, node: el("div", { class: "choice" }, el("label", { for: id }, label), field) };
}
