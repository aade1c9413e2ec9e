/**
 * The time slider: what was the answer on a day in the past? All the way to the right is now.
 */

import { el, redraw } from "./dom.js";

const DAY = 86_400_000;

/**
 * @param {HTMLElement} container
 * @param {{first: number, last: number} | null} range  in ms; null where documents have no time
 * @param {string} asOf  ISO date or ""
 * @param {(asOf: string) => void} go
 */
export function showTimeline(container, range, asOf, go) {
  container.hidden = range === null;
  if (range === null) return;
  const now = Math.ceil(range.last / DAY);
  const at = asOf ? Math.round(Date.parse(asOf) / DAY) : now;
  const slider = /** @type {HTMLInputElement} */ (container.querySelector("input"));
  if (slider) {
    if (document.activeElement !== slider) slider.value = String(at);
    tell(container, asOf);
    return;
  }
  const input = el("input", {
    type: "range",
    id: "as-of",
    min: Math.floor(range.first / DAY),
    max: now,
    value: at,
    oninput: (event) => tell(container, chosen(event.target)),
    onchange: (event) => go(chosen(event.target)),
  });
  redraw(container, el("label", { for: "as-of" }, "as of"), input, el("output", { for: "as-of" }));
  tell(container, asOf);
}

/**
 * From the earliest to the latest time among the documents.
 * @param {import("./api.js").Schema} schema
 */
export function range(schema) {
  const field = schema.fields.find((each) => each.name === schema.time_field);
  const times = Object.keys(field?.values ?? {})
    .map((value) => Date.parse(value))
    .filter((time) => !Number.isNaN(time));
  if (times.length < 2) return null;
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return first < last ? { first, last } : null;
}

const chosen = (slider) =>
  slider.value === slider.max ? "" : new Date(Number(slider.value) * DAY).toISOString().slice(0, 10);

function tell(container, asOf) {
  const says = asOf
    ? new Date(asOf).toLocaleDateString("en", {
        day: "numeric",
        month: "short",
        year: "numeric",
        timeZone: "UTC",
      })
    : "now";
  const output = container.querySelector("output");
  if (output) output.textContent = says;
  container.querySelector("input")?.setAttribute("aria-valuetext", says);
}
