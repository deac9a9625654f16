// The server's routes, by addresses relative to this page, so that it works behind a proxy's prefix too.

const HERE = new URL("./", document.baseURI);
const TOKEN = `twin token ${HERE.pathname}`; // in storage, which other ports of this host cannot read as they could a cookie

export class ApiError extends Error {
  constructor(message, status = 0, code = null) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let session = { signed_in: false, keys_required: false, scopes: [], authors: null };
let asked = 0;
let answered = 0; // which of the questions the session is the answer to

export const can = (scope) => session.scopes.includes(scope);
export const signedIn = () => session.signed_in;

export async function refreshSession() {
  const turn = ++asked;
  const found = await call("session");
  if (turn > answered) [session, answered] = [found, turn]; // answers may come in another order
  return session;
}

/** The token of a session whose cookie is there already. One that opens none changes nothing: any site can lead here. */
export async function takeToken(token) {
  const { signed_in: works } = await call("session", { headers: { "X-CSRF-Token": token } });
  if (works) localStorage.setItem(TOKEN, token);
}

export async function signIn(key) {
  localStorage.setItem(TOKEN, (await call("session", { method: "POST", body: { key } })).csrf_token);
  return refreshSession();
}

export async function signOut() {
  await call("session", { method: "DELETE" });
  localStorage.removeItem(TOKEN);
  return refreshSession();
}

/** The parsed answer. Raises ApiError with what the server said; an aborted request raises AbortError. */
export async function call(path, options = {}) {
  const response = await send(path, options);
  return response.status === 204 ? null : response.json();
}

/** The objects of a stream of server-sent events, as they come. A comment line comes as {comment}. */
export async function* streamed(path, options = {}) {
  const response = await send(path, options);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let left = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (left + value).split(/\r?\n/);
      left = lines.pop();
      for (const line of lines) {
        if (line.startsWith(":")) yield { comment: line.slice(1).trim() };
        if (!line.startsWith("data:")) continue;
        const data = line.slice(5).trim();
        if (data === "[DONE]") return;
        const event = JSON.parse(data);
        if (event.error) throw new ApiError(event.error.message, 0, event.error.code);
        yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** The response, once it is known to be no refusal. For what is neither JSON nor a stream of events. */
export async function send(path, { method = "GET", body, signal, headers = {} } = {}) {
  const token = localStorage.getItem(TOKEN);
  const json = body !== undefined && !(body instanceof Blob) && !(body instanceof FormData);
  let response;
  try {
    response = await fetch(new URL(path, HERE), {
      method,
      signal,
      cache: "no-store",
      headers: {
        ...(token ? { "X-CSRF-Token": token } : {}),
        ...(json ? { "Content-Type": "application/json" } : {}),
        ...headers,
      },
      body: json ? JSON.stringify(body) : body,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server does not answer. It may have been stopped: twin serve starts it again.");
  }
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({ error: null }));
  if (response.status === 401 || response.status === 403) window.dispatchEvent(new Event("access-refused"));
  throw new ApiError(error?.message ?? `the server answered ${response.status}.`, response.status, error?.code);
}

/** Twins by author: [{author, name, versions: [{id, label, adapter}]}], the champion's version first. */
export async function twins() {
  const { data } = await call("v1/models");
  const found = new Map();
  for (const model of data) {
    const { author, author_name: name, adapter } = model.llm_twin;
    if (!found.has(author)) found.set(author, { author, name, versions: [] });
    const reference = model.id.includes("@") ? model.id.split("@")[1] : "";
    found.get(author).versions.push({ id: model.id, reference, adapter, label: versionLabel(reference, adapter) });
  }
  return [...found.values()];
}

function versionLabel(reference, adapter) {
  if (!reference) return `champion (${adapter})`;
  if (reference === "base") return "base model, untrained";
  if (reference === "candidate") return `candidate (${adapter})`;
  return reference;
}
