// How to get in: the link that `twin serve` printed, or an API key. The link leads here with the session's token.

import { refreshSession, signedIn, signIn, takeToken } from "../api.js";
import { el, fill, notice, once } from "../dom.js";

export function show({ main, path, go, wanted, reload }) {
  const next = wanted.name === "signin" ? "chat" : wanted.name;
  if (path[0] && path[0] !== "used") {
    takeToken(path[0]).finally(() => {
      if (main.isConnected) history.replaceState(null, "", "#/chat"); // nobody finds the token in the history
      reload();
    });
    return;
  }
  const key = el("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false", required: true });
  const trouble = el("p", { class: "trouble", role: "alert" });
  const enter = once(async () => {
    fill(trouble);
    try {
      await signIn(key.value);
      notice("Signed in.");
      go(next);
    } catch (error) {
      fill(trouble, error.message);
      key.select();
    }
  });
  fill(
    main,
    el("section", { class: "card narrow" },
      el("h1", {}, signedIn() ? "You are signed in" : `Sign in${wanted.needs ? ` for ${wanted.title}` : ""}`),
      path[0] === "used" && el("p", { class: "trouble" }, "That link has been used already, or is of an earlier start of the server. It works once."),
      el("p", {}, "When it starts, ", el("code", {}, "twin serve"), " prints a link that opens this page signed in. It works once; stop and start the server for another."),
      el("form", { on: { submit: (event) => { event.preventDefault(); enter(); } } },
        el("label", { for: "key" }, "Or paste an API key"),
        el("div", { class: "row" }, key, el("button", { class: "button strong" }, "Sign in")),
        trouble,
        el("p", { class: "hint" }, "A key for everything here: ", el("code", {}, "twin keys create NAME --scope chat --scope admin"))),
    ),
  );
  main.querySelector("input").focus();
  refreshSession().catch(() => {});
}
