// Files and folders that are dropped or chosen: found with their folders' names, and sent one after the other.

import { send } from "../api.js";

const AT_ONCE = 3;
const BUSY_MILLISECONDS = 2000;

/** [{path, file}] of what was dropped, folders and all. To be called while the event is handled. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return chosen(transfer.files);
  const found = [];
  for (const entry of entries) await walk(entry, "", found);
  return found;
}

/** Of a field for files or for a folder. */
export const chosen = (files) => [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

async function walk(entry, folder, found) {
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    found.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
    if (!some.length) return;
    for (const one of some) await walk(one, `${path}/`, found);
  }
}

/** A key may ask so often a minute, and a folder may have more files than that. */
async function patiently(asked) {
  for (;;) {
    try {
      return await asked();
    } catch (error) {
      if (error.status !== 429) throw error;
      await new Promise((resolve) => setTimeout(resolve, BUSY_MILLISECONDS));
    }
  }
}

/** Sends `files` and resolves to the upload's id. `told(done, total)` in files. */
export async function upload(files, told, signal) {
  let id = "";
  let done = 0;
  const one = async ({ path, file }) => {
    const query = new URLSearchParams({ path, upload: id });
    const sent = { method: "POST", body: file, signal, headers: { "Content-Type": "application/octet-stream" } };
    const answer = await patiently(() => send(`admin/uploads?${query}`, sent));
    id ||= (await answer.json()).upload;
    told(++done, files.length);
  };
  const [first, ...rest] = files;
  await one(first); // it names the upload that the others are added to
  const workers = Array.from({ length: AT_ONCE }, async () => {
    while (rest.length) await one(rest.shift());
  });
  await Promise.all(workers);
  return id;
}
