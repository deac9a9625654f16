// The loss of a run as it falls: a drawing that grows with it.

import { el, svg } from "../dom.js";

const WIDTH = 640;
const HEIGHT = 180;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 10;
const MOST = 320; // points that are drawn of a series

/** null before there are two points. `points`: {train_loss: [{step, value}], validation_loss: […]} */
export function lossCurve(points) {
  const train = smoothed(points.train_loss ?? []);
  const validation = points.validation_loss ?? [];
  if (train.length < 2) return null;
  const values = [...train, ...validation].map((point) => point.value);
  const last = Math.max(...train.map((point) => point.step), ...validation.map((point) => point.step));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const spread = high - low || 1;
  const x = (step) => LEFT + (step / (last || 1)) * (WIDTH - LEFT - 8);
  const y = (value) => TOP + ((high - value) / spread) * (HEIGHT - TOP - BOTTOM);
  const line = (series, name) => svg("polyline", { class: `line ${name}`, points: series.map((one) => `${x(one.step).toFixed(1)},${y(one.value).toFixed(1)}`).join(" ") });
  const text = (at, up, words, anchor) => svg("text", { x: at, y: up, "text-anchor": anchor }, words);
  const now = train.at(-1).value;
  const best = validation.length ? ` On posts that it does not learn from, ${Math.min(...validation.map((one) => one.value)).toFixed(2)} at best.` : "";
  return el("figure", { class: "curve" },
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `Loss by step: ${now.toFixed(2)} at step ${last}.${best}` },
      [low, (low + high) / 2, high].map((value) => [
        svg("line", { class: "grid", x1: LEFT, x2: WIDTH - 8, y1: y(value), y2: y(value) }),
        text(LEFT - 6, y(value) + 4, value.toFixed(2), "end"),
      ]),
      text(LEFT, HEIGHT - 6, "step 0", "start"),
      text(WIDTH - 8, HEIGHT - 6, String(last), "end"),
      line(train, "train"),
      validation.length > 1 && line(validation, "validation"),
      validation.map((one) => svg("circle", { class: "validation", cx: x(one.step), cy: y(one.value), r: 3 }))),
    el("figcaption", { class: "hint" }, `Loss ${now.toFixed(2)}: how surprised the model is by the author's next word. Lower is closer.${best}`));
}

/** A mean of neighbours: single steps differ by what stood in them. */
function smoothed(series) {
  const every = Math.max(1, Math.ceil(series.length / MOST));
  const reach = Math.max(1, Math.round(series.length / 40));
  const found = [];
  for (let place = 0; place < series.length; place += every) {
    const near = series.slice(Math.max(0, place - reach), place + reach + 1);
    found.push({ step: series[place].step, value: near.reduce((sum, one) => sum + one.value, 0) / near.length });
  }
  return found;
}
