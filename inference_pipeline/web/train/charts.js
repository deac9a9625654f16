// The judges' figures, as the report draws them: places come from the server in percent of the width.

import { el, svg } from "../dom.js";

const WIDTH = 420;
const ROW = 30;
const TOP = 6;
const FOOT = 22;

/** {title, rows: [{label, colour, value, interval, at, low, high}], ticks: [{at, label}], zero} */
export function chart({ title, rows, ticks, zero }) {
  const height = TOP + rows.length * ROW + FOOT;
  const x = (percent) => 4 + (percent / 100) * (WIDTH - 8);
  const spoken = rows.map((row) => `${row.label}: ${row.value}${row.interval ? `, 95% interval ${row.interval}` : ""}`).join("; ");
  const drawn = rows.map((row, place) => {
    const y = TOP + place * ROW + ROW / 2;
    return [
      zero !== null && svg("rect", { class: `bar ${row.colour}`, x: x(Math.min(zero, row.at)), y: y - 8, width: Math.max(1.5, Math.abs(x(row.at) - x(zero))), height: 16, rx: 3 }),
      row.low !== null && row.high !== null && svg("line", { class: "whisker", x1: x(row.low), x2: x(row.high), y1: y, y2: y }),
      zero === null && svg("circle", { class: `dot ${row.colour}`, cx: x(row.at), cy: y, r: 6 }),
    ];
  });
  const axis = ticks.map((tick) => {
    const anchor = tick.at < 5 ? "start" : tick.at > 95 ? "end" : "middle";
    return [
      svg("line", { class: "grid", x1: x(tick.at), x2: x(tick.at), y1: TOP, y2: height - FOOT }),
      svg("text", { x: x(tick.at), y: height - 6, "text-anchor": anchor }, tick.label),
    ];
  });
  return el("figure", { class: "chart" },
    el("figcaption", {}, title),
    el("div", { class: "plot" },
      el("ul", { class: "labels", "aria-hidden": "true" }, rows.map((row) => el("li", {}, el("span", {}, row.label), el("b", {}, row.value)))),
      svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `${title}. ${spoken}` }, axis, drawn)));
}
