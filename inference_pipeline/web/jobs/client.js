// Jobs: begun, watched and cancelled by the server's routes.

import { ApiError, call, streamed } from "../api.js";

const RETRY_MILLISECONDS = 1500;
export const ended = (job) => !["waiting", "running"].includes(job.state);

export const begin = (kind, args) => call("admin/jobs", { method: "POST", body: { kind, arguments: args } });
export const again = (job) => begin(job.kind, job.arguments);
export const cancel = (job) => call(`admin/jobs/${job.id}`, { method: "DELETE" });
export const all = async () => (await call("admin/jobs")).data;

/** Every event of a job from its first on, to the last of the type "end". A server that is started anew in between, or
 * a machine that slept, is waited for. `lost(message)` is told while it does not answer. */
export async function* events(id, signal, lost = () => {}) {
  let seen = 0;
  for (;;) {
    try {
      const headers = { "Last-Event-ID": String(seen) };
      for await (const event of streamed(`admin/jobs/${id}/events`, { signal, headers })) {
        if (event.comment !== undefined) continue;
        seen = event.number ?? seen;
        lost("");
        yield event;
        if (event.type === "end") return;
      }
    } catch (error) {
      if (signal.aborted || error.name === "AbortError") return;
      if (error instanceof ApiError && error.status) throw error;
      lost(error instanceof ApiError ? error.message : "The server does not answer.");
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    if (signal.aborted) return;
  }
}
