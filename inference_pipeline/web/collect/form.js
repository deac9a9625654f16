// Where the posts are: dropped, chosen or named by an address; whose they are; and the consent.

import { button, el, fill, notice } from "../dom.js";
import { begin } from "../jobs/client.js";
import { number } from "../jobs/words.js";
import { chosen, dropped, upload } from "./uploads.js";

/** `kind`: of the job that is begun. `author`: a name that is known, or "" to ask for one. `extra()`: more arguments. */
export function collectForm({ kind, author = "", act, begun, extra = () => ({}), more = null }) {
  const form = new CollectForm({ kind, author, act, begun, extra, more });
  return form.node;
}

class CollectForm {
  constructor({ kind, author, act, begun, extra, more }) {
    Object.assign(this, { kind, begun, extra, files: [] });
    const files = el("input", { type: "file", multiple: true, class: "unseen", tabindex: "-1", "aria-hidden": "true" });
    const folder = el("input", { type: "file", webkitdirectory: true, class: "unseen", tabindex: "-1", "aria-hidden": "true" });
    for (const field of [files, folder]) field.addEventListener("change", () => this.choose(chosen(field.files)));
    this.picked = el("p", { class: "picked", role: "status" }, NOTHING);
    this.zone = el("div", { class: "zone", on: {
      dragover: (event) => { event.preventDefault(); this.zone.classList.add("over"); },
      dragleave: () => this.zone.classList.remove("over"),
      drop: (event) => this.drop(event),
    } },
      this.picked,
      el("div", { class: "row" },
        button("Choose a folder", null, () => folder.click(), { class: "wide quiet small" }),
        button("Choose files", null, () => files.click(), { class: "wide quiet small" })),
      files, folder);
    this.place = el("input", { id: `place-${kind}`, type: "text", autocomplete: "off", spellcheck: "false", placeholder: "https://blog.example.org, or @name@mastodon.example" });
    this.author = el("input", { id: `author-${kind}`, type: "text", autocomplete: "name", value: author, required: true });
    this.as = el("input", { id: `kind-${kind}`, type: "text", autocomplete: "off", placeholder: "found out by itself" });
    this.me = el("input", { id: `me-${kind}`, type: "text", autocomplete: "off", placeholder: "@maud, maud@example.org" });
    this.consent = el("input", { id: `consent-${kind}`, type: "checkbox", required: true });
    this.act = el("button", { class: "button strong" }, act);
    this.state = el("p", { class: "hint", role: "status" });
    this.trouble = el("p", { class: "trouble", role: "alert" });
    this.node = el("form", { class: "collecting", on: { submit: (event) => { event.preventDefault(); this.submit(); } } },
      this.zone,
      field(this.place, "or an address, an account, or a path on this machine"),
      author ? null : field(this.author, "Whose writing is it?"),
      el("details", {}, el("summary", {}, "Chats and mail, or a kind that is not recognised"),
        field(this.me, "Names and addresses of the author there, with commas between"),
        field(this.as, "Kind of source")),
      more,
      el("label", { class: "check" }, this.consent, el("span", {}, "These texts are the author's, and the author agrees to a twin. This is recorded with the date.")),
      el("div", { class: "row" }, this.act, this.state),
      this.trouble);
  }

  async drop(event) {
    event.preventDefault();
    this.zone.classList.remove("over");
    try {
      this.choose(await dropped(event.dataTransfer));
    } catch (error) {
      notice(`That cannot be read: ${error.message ?? error}`, "failed");
    }
  }

  choose(files) {
    this.files = files;
    if (files.length) this.place.value = "";
    const top = [...new Set(files.map((one) => one.path.split("/")[0]))];
    const named = top.length === 1 ? `“${top[0]}”` : `${number(top.length)} things`;
    fill(this.picked, files.length ? `${named}: ${number(files.length)} ${files.length === 1 ? "file" : "files"}, ${size(files)}` : NOTHING);
    this.zone.classList.toggle("full", files.length > 0);
  }

  async submit() {
    fill(this.trouble);
    const place = this.place.value.trim();
    if (!place && !this.files.length) {
      fill(this.trouble, "Drop something above, or write where the posts are.");
      this.place.focus();
      return;
    }
    this.act.disabled = true;
    try {
      const where = place ? { place } : { upload: await upload(this.files, (done, total) => fill(this.state, `${number(done)} of ${number(total)} files are here`)) };
      const me = this.me.value.split(",").map((one) => one.trim()).filter(Boolean);
      const job = await begin(this.kind, { author: this.author.value.trim(), ...where, kind: this.as.value.trim(), me, consent: true, ...this.extra() });
      this.begun(job);
    } catch (error) {
      fill(this.trouble, error.message);
    } finally {
      this.act.disabled = false;
      fill(this.state);
    }
  }
}

const NOTHING = "Drop a folder, an archive or files here: a blog, notes, an export of X, Mastodon, WhatsApp, mail …";

const field = (input, label) => el("div", { class: "field" }, el("label", { for: input.id }, label), input);

function size(files) {
  const bytes = files.reduce((sum, one) => sum + one.file.size, 0);
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
