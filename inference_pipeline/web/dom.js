// Everything on the page is built here. What posts, models and people write only ever becomes text nodes: there is no
// way in this module to make markup of a string, and no attribute that runs one.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  up: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  plus: "M12 5v14M5 12h14",
  copy: "M9 9h10v11H9zM5 15V4h10",
  again: "M20 11a8 8 0 1 0-2.3 6M20 5v6h-6",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  good: "M7 11v9H4v-9zM7 11l4-8c1.6 0 2.4 1 2.2 2.6L12.7 9H18c1.4 0 2.3 1.2 2 2.6l-1.4 6.6A2.3 2.3 0 0 1 16.4 20H7",
  bad: "M17 13V4h3v9zM17 13l-4 8c-1.6 0-2.4-1-2.2-2.6L11.3 15H6c-1.4 0-2.3-1.2-2-2.6l1.4-6.6A2.3 2.3 0 0 1 7.6 4H17",
  pen: "M5 19l1-4L16 5l3 3L9 18zM4 21h16",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  close: "M6 6l12 12M18 6L6 18",
  book: "M5 5c3-1 5-1 7 1 2-2 4-2 7-1v14c-3-1-5-1-7 1-2-2-4-2-7-1zM12 6v14",
  list: "M5 7h14M5 12h14M5 17h9",
  out: "M14 5h5v5M19 5l-9 9M17 14v5H5V7h5",
  chat: "M4 5h16v11H10l-5 4v-4H4z",
  write: "M5 19l1-4L16 5l3 3L9 18zM13 20h7",
  posts: "M6 4h9l4 4v12H6zM9 11h7M9 15h7",
  train: "M4 19h16M6 16l4-5 4 3 5-8",
  down: "M6 9l6 6 6-6",
};

/** An element with its attributes and children. Strings become text; null, false and "" are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (name === "href") {
      const address = safeAddress(value);
      if (address) made.setAttribute("href", address);
    } else if (name === "value") {
      made.value = value;
    } else if (/^(on|src|style$|action$|formaction$)/.test(name)) {
      throw new Error(`${name} cannot be set on an element`);
    } else {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  add(made, ...children);
  return made;
}

export function add(parent, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return parent;
}

export function fill(parent, ...children) {
  parent.replaceChildren();
  return add(parent, ...children);
}

/** Web pages and places in this page; null for all else: javascript:, data:, files. */
export function safeAddress(address) {
  if (typeof address !== "string") return null;
  if (address.startsWith("#")) return address;
  try {
    const found = new URL(address);
    return found.protocol === "https:" || found.protocol === "http:" ? found.href : null;
  } catch {
    return null;
  }
}

/** A link to another site that learns nothing of this one; without an address that can be followed, the plain text. */
export function outward(address, attributes, ...children) {
  const safe = safeAddress(address);
  if (!safe || safe.startsWith("#")) return el("span", attributes, ...children);
  return el("a", { ...attributes, href: safe, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
}

/** A part of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (/^(on|style$|.*href$)/.test(name)) throw new Error(`${name} cannot be set on a drawing`);
    if (value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  return add(made, ...children);
}

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" })) {
    drawing.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}

/** `work` as a function that does nothing while an earlier call of it is under way: who clicks twice means it once. */
export function once(work) {
  let underWay = false;
  return async (...given) => {
    if (underWay) return;
    underWay = true;
    try {
      await work(...given);
    } finally {
      underWay = false;
    }
  };
}

/** A button with an icon and a name; the name is shown beside it where `attributes.class` has "wide". */
export function button(name, drawing, press, attributes = {}) {
  const shown = attributes.class?.split(" ").includes("wide");
  return el(
    "button",
    { type: "button", title: shown ? null : name, "aria-label": shown ? null : name, ...attributes,
      class: `button ${attributes.class ?? "bare"}`, on: { click: once(press) } },
    drawing && icon(drawing),
    shown && el("span", {}, name),
  );
}

/** What a screen reader is told. */
export function speak(text) {
  const place = document.getElementById("spoken");
  place.textContent = "";
  setTimeout(() => (place.textContent = text), 30);
}

/** A message at the foot of the page for some seconds. */
export function notice(text, kind = "told") {
  document.querySelector(".notice")?.remove();
  const shown = el("p", { class: `notice ${kind}`, role: kind === "failed" ? "alert" : "status" }, text);
  document.body.append(shown);
  setTimeout(() => shown.remove(), kind === "failed" ? 9000 : 3500);
}

/** A question that must be answered before anything happens. Resolves to whether it was agreed to. */
export function confirmed(question, agree) {
  return new Promise((resolve) => {
    const box = el("dialog", { class: "asking", "aria-labelledby": "asked" }, el("p", { id: "asked" }, question));
    const leave = (answer) => () => {
      box.close();
      box.remove();
      resolve(answer);
    };
    add(
      box,
      el("div", { class: "row end" }, button("Cancel", null, leave(false), { class: "wide quiet" }),
        button(agree, null, leave(true), { class: "wide danger" })),
    );
    box.addEventListener("cancel", leave(false));
    document.body.append(box);
    box.showModal();
  });
}
