// What a person says of an answer: a thumb, or how they would have said it. Kept by the server as preference data.

import { call } from "../api.js";
import { button, el, fill, notice, once } from "../dom.js";

/** Thumbs, and the button that opens the form in `place`. `asked`: the turns before the answer. */
export function feedback(turn, { asked, changed, place }) {
  let before = Promise.resolve();
  const inTurn = (work) => (before = before.then(work, work)); // what is said last counts, here and on the server
  const rate = (rating) => () => inTurn(async () => {
    if (!(await sent(turn, asked, { rating }))) return;
    turn.rating = rating;
    changed();
    show();
    notice("Kept. Thank you.");
  });
  const row = el("span", { class: "row thumbs" });
  const show = () => fill(row,
    button("Good answer", "good", rate("up"), { "aria-pressed": String(turn.rating === "up") }),
    button("Bad answer", "bad", rate("down"), { "aria-pressed": String(turn.rating === "down") }),
    button("How I would have said it", "pen", correct, { class: "wide small", "aria-pressed": String(Boolean(turn.correction)) }));
  const correct = () => {
    if (place.hasChildNodes()) return fill(place);
    const id = `said-${turn.id}`;
    const field = el("textarea", { id, rows: "5", value: turn.correction ?? turn.text, maxlength: "20000" });
    const submit = once(() => inTurn(async () => {
      const correction = field.value.trim();
      if (!correction || !(await sent(turn, asked, { rating: "down", correction }))) return;
      Object.assign(turn, { correction, rating: "down" });
      changed();
      show();
      fill(place, el("p", { class: "hint" }, "Kept. A training that learns from preferences learns this answer instead."));
    }));
    fill(place, el("form", { class: "card editing", on: { submit: (event) => { event.preventDefault(); submit(); } } },
      el("label", { for: id }, "How I would have said it"),
      field,
      el("p", { class: "hint" }, "Kept on this server beside the answer, to train on."),
      el("div", { class: "row end" }, button("Cancel", null, () => fill(place), { class: "wide quiet" }), el("button", { class: "button strong" }, "Keep"))));
    field.focus();
  };
  show();
  return row;
}

/** Whether it was kept. The server remembers lately given answers by their ids; of others it is sent everything. */
async function sent(turn, asked, said) {
  const messages = asked.filter((one) => one.text).map((one) => ({ role: one.role, content: one.text }));
  const whole = { model: turn.model, messages, answer: turn.text, ...said };
  try {
    if (!turn.id || turn.state !== "done") await call("v1/feedback", { method: "POST", body: whole });
    else {
      await call("v1/feedback", { method: "POST", body: { model: turn.model, answer_id: turn.id, ...said } }).catch((error) => {
        if (error.code !== "answer_not_found") throw error;
        return call("v1/feedback", { method: "POST", body: whole });
      });
    }
    return true;
  } catch (error) {
    notice(`Not kept: ${error.message}`, "failed");
    return false;
  }
}
