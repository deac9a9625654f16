// The frame around the views: which one is shown, and who is signed in.

import { can, refreshSession, signedIn, signOut } from "./api.js";
import { button, el, fill, icon, notice } from "./dom.js";
import { VIEWS } from "./views/registry.js";

let main = document.getElementById("main"); // of the view that is shown: each has an element of its own
let end = null;
let moved = null; // of a view that shows another place of itself without being built anew
let viewed = null;
let shown = 0;

function place() {
  const [name, ...path] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const view = VIEWS.find((one) => one.name === name);
  return view ? { view, path } : { view: VIEWS[0], path: [] };
}

export function go(name, ...path) {
  const address = `#/${[name, ...path].map(encodeURIComponent).join("/")}`;
  if (location.hash === address) open();
  else location.hash = address;
}

async function open() {
  const turn = ++shown;
  const { view, path } = place();
  if (view === viewed && moved?.(path)) return;
  end?.();
  end = moved = viewed = null;
  // What a view that was left has asked for may come late. It finds its element gone, and changes nothing of the next.
  const own = el("main", { id: "main", tabindex: "-1" });
  main.replaceWith(own);
  main = own;
  document.title = `${view.title} · LLM Twin`;
  frame(view);
  const refused = view.needs && !can(view.needs);
  const module = await (refused ? import("./views/signin.js") : view.load());
  if (turn !== shown) return;
  own.className = refused ? "signin" : view.name;
  const lead = (...to) => own.isConnected && go(...to);
  const left = module.show({ main: own, path: refused ? [] : path, go: lead, wanted: view, reload: boot });
  end = left?.end ?? left ?? null;
  moved = left?.moved ?? null;
  viewed = view;
}

function frame(current) {
  const links = VIEWS.filter((view) => !view.hidden).map((view) =>
    el("a", { href: `#/${view.name}`, "aria-current": view === current ? "page" : null }, icon(view.icon), el("span", {}, view.title)),
  );
  fill(document.querySelector(".places"), links);
  fill(document.querySelector(".who"), signedIn()
    ? button("Sign out", null, leave, { class: "wide quiet small" })
    : el("a", { href: "#/signin", class: "button quiet small" }, "Sign in"));
}

async function leave() {
  await signOut();
  notice("Signed out. The conversations stay in this browser until you delete them.");
  go("signin");
}

async function boot() {
  try {
    await refreshSession();
  } catch (error) {
    notice(error.message, "failed");
  }
  window.addEventListener("hashchange", follow); // not before it is known who is signed in: each view would be shown twice
  await open();
}

function follow(event) {
  // The link "Skip to the content" is no view.
  if (new URL(event.newURL).hash !== "#main") open();
}

window.addEventListener("access-refused", () => refreshSession().catch(() => {}));
boot();
