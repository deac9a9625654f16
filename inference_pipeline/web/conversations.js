// Conversations, kept in this browser alone. One entry of its storage each, so that two tabs do not overwrite each
// other's.
//
// A conversation: {id, title, model, created, updated, turns}. A turn: {role: "user", text} or {role: "assistant", text,
// id, model, way, origin, citations, retrieved, state: "writing" | "done" | "stopped" | "failed", problem, rating,
// correction}.

const PREFIX = `twin conversation ${new URL("./", document.baseURI).pathname} `;

export function all() {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => read(key))
    .filter(Boolean)
    .sort((a, b) => b.updated - a.updated);
}

export function find(id) {
  return read(PREFIX + id);
}

export function started(model) {
  const now = Date.now();
  return { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), title: "", model, created: now, updated: now, turns: [] };
}

/** Raises QuotaExceededError where the browser's storage is full. */
export function keep(conversation) {
  conversation.updated = Date.now();
  conversation.title ||= titleOf(conversation);
  localStorage.setItem(PREFIX + conversation.id, JSON.stringify(conversation));
}

export function remove(id) {
  localStorage.removeItem(PREFIX + id);
}

/** As Markdown, with what each answer rests on. Blocks of what was written are quoted as they are. */
export function asMarkdown(conversation, nameOf) {
  const lines = [`# ${conversation.title}`, "", `A conversation with a machine that writes like ${nameOf(conversation.model)}. Exported ${new Date().toISOString().slice(0, 10)}.`];
  for (const turn of conversation.turns) {
    const who = turn.role === "user" ? "You" : `${nameOf(turn.model)}'s twin (a machine, ${turn.origin?.adapter ?? turn.model})`;
    lines.push("", `## ${who}`, "", turn.text || `(${turn.problem ?? "nothing"})`);
    const supporting = (turn.citations ?? []).filter((one) => one.kind === "supports");
    if (supporting.length) lines.push("", "Sources:", "");
    supporting.forEach((one, place) => {
      const title = one.title || "Untitled";
      const linked = /^https?:\/\//.test(one.url) ? `[${title}](<${one.url}>)` : title;
      lines.push(`${place + 1}. ${linked}${one.date ? `, ${one.date}` : ""}: “${one.quote.replace(/\s+/g, " ")}”`);
    });
    if (turn.correction) lines.push("", `As I would have said it: ${turn.correction}`);
  }
  return `${lines.join("\n")}\n`;
}

function titleOf(conversation) {
  const asked = conversation.turns.find((turn) => turn.role === "user")?.text ?? "";
  const line = asked.trim().split("\n")[0];
  return [...line].length > 60 ? `${[...line].slice(0, 58).join("")}…` : line;
}

function read(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key));
    for (const turn of found?.turns ?? []) if (turn.state === "writing") turn.state = "stopped"; // the page was left
    return found;
  } catch {
    return null;
  }
}
