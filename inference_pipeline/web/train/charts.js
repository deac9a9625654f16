// The judges' figures, as the report draws them: places come from the server in percent of the width.

import { el, svg } from "../dom.js";

const ROW = 34; // pixels, as in train.css
const FOOT = 24;

/** {title, rows: [{label, colour, value, interval, at, low, high}], ticks: [{at, label}], zero} */
export function chart({ title, rows, ticks, zero }) {
  const height = rows.length * ROW + FOOT;
  const percent = (value) => `${value.toFixed(2)}%`;
  const spoken = rows.map((row) => `${row.label}: ${row.value}${row.interval ? `, 95% interval ${row.interval}` : ""}`).join("; ");
  const axis = ticks.map((tick) => {
    const anchor = tick.at < 5 ? "start" : tick.at > 95 ? "end" : "middle";
    return [
      svg("line", { class: "grid", x1: percent(tick.at), x2: percent(tick.at), y1: 2, y2: height - FOOT }),
      svg("text", { x: percent(tick.at), y: height - 7, "text-anchor": anchor }, tick.label),
    ];
  });
  const drawn = rows.map((row, place) => {
    const y = place * ROW + ROW / 2;
    return [
      zero !== null && svg("rect", { class: `bar ${row.colour}`, x: percent(Math.min(zero, row.at)), y: y - 9, width: percent(Math.max(0.5, Math.abs(row.at - zero))), height: 18, rx: 3 }),
      row.low !== null && row.high !== null && svg("line", { class: "whisker", x1: percent(row.low), x2: percent(row.high), y1: y, y2: y }),
      zero === null && svg("circle", { class: `dot ${row.colour}`, cx: percent(row.at), cy: y, r: 6 }),
    ];
  });
  return el("figure", { class: "chart" },
    el("figcaption", {}, title),
    el("div", { class: "plot" },
      el("ul", { class: "labels", "aria-hidden": "true" }, rows.map((row) => el("li", {}, el("span", {}, row.label), el("b", {}, row.value)))),
      svg("svg", { width: "100%", height, role: "img", "aria-label": `${title}. ${spoken}` }, axis, drawn)));
}
