// What jobs and their stages are called for people.

const KINDS = {
  up: "Make the twin",
  collect: "Collect posts",
  features: "Prepare the posts",
  train: "Train",
  sync: "Collect everything again",
  evaluate: "Judge",
  promote: "Promote",
  forget: "Forget",
};

const STEPS = {
  Collect: ["Read the posts", "Opens the place and reads every post that the author wrote."],
  Features: ["Prepare them", "Takes out other people's words, masks private data, and makes the posts searchable."],
  Train: ["Train and judge", "A small model learns the author's voice, and is judged on posts that it has not seen."],
  Promote: ["Check and switch on", "The new version answers, if it is better than what was there."],
};

const STAGES = {
  collect: "reading",
  clean: "cleaning",
  "deduplicate and split": "finding posts that say the same",
  chunk: "cutting them into passages",
  label: "finding what each could be an answer to",
  "ask for requests": "asking a model what each answers",
  embed: "making them searchable",
  "store and publish": "storing them",
  "erase from the feature store": "erasing it from what is stored",
  "erase from the index": "erasing it from what is searched",
  "base model": "unpacking the base model",
  "load the model": "loading the model",
  "fine-tune": "learning the author's voice",
  likelihood: "measuring how well it knows the style",
  retrieve: "trying to find what was asked for",
  answers: "asking it questions, and checking its answers",
  parity: "checking that what is served is what was trained",
  "preference tuning": "preferring the author's text to the base model's",
};

const STATES = {
  waiting: "waits",
  running: "runs",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  died: "interrupted",
};

export const stateName = (job) => (job.cancelling ? "stopping" : STATES[job.state]);
export const stepName = (name) => STEPS[name]?.[0] ?? name;
export const stepMeaning = (name) => STEPS[name]?.[1] ?? "";

export function jobName(job) {
  const about = job.kind === "forget" ? `${job.arguments.posts?.length ?? 0} post` : job.arguments.version;
  return [KINDS[job.kind] ?? job.kind, about && `(${about})`].filter(Boolean).join(" ");
}

export function stageName(stage) {
  if (stage.startsWith("write: ")) return "writing texts to be judged";
  return STAGES[stage] ?? stage;
}

/** "about 3 min", "less than a minute", "1 h 20 min". */
export function duration(seconds) {
  if (seconds < 50) return "less than a minute";
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `about ${minutes || 1} min` : `about ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function when(seconds) {
  const at = new Date(seconds * 1000);
  const today = at.toDateString() === new Date().toDateString();
  const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return today ? time : `${at.toLocaleDateString([], { day: "numeric", month: "short" })}, ${time}`;
}

/** Of a source: what was dropped lies in a folder whose name says nothing. */
export function sourceName(name) {
  const dropped = /^([^:]+):.*\/uploads\/[0-9a-f]{24}(?:\/(.*))?$/.exec(name);
  return dropped ? `${dropped[1]}: ${dropped[2] || "files that were dropped"}` : name;
}

export const number = (value) => value.toLocaleString("en");
