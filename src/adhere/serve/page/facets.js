/**
 * The facet strip: the fields of the store with their values. A click asks for a value, the next one
 * refuses it, the third lets go.
 *
 * @typedef {import("./api.js").Field} Field
 * @typedef {import("./state.js").Need} Need
 * @typedef {import("./state.js").Chip} Chip
 */

import { el, redraw } from "./dom.js";
import { fieldText, readField } from "./notation.js";
import { changed } from "./state.js";

const MOST_VALUES = 60;
/** A field with more values is an identifier rather than a facet. */
const MOST_FIELDS = 8;
/** Nor is one that hardly any document has: this share of them. */
const RAREST = 0.02;
/** @type {Set<string>} */
const TYPES = new Set(["keyword", "boolean", "version", "number"]);

/**
 * The fields worth a facet, those that split the documents most plainly first.
 * @param {Field[]} fields
 * @param {number} documents
 */
export function facets(fields, documents) {
  const several = fields.filter(({ type, values, complete, documents: having }) => {
    const distinct = Object.keys(values).length;
    return (
      TYPES.has(type) &&
      having >= RAREST * documents &&
      complete &&
      distinct >= 2 &&
      distinct <= (type === "number" ? 12 : MOST_VALUES)
    );
  });
  const told = (field) => field.documents / Math.max(1, documents) - Object.keys(field.values).length / 100;
  return several.sort((a, b) => told(b) - told(a)).slice(0, MOST_FIELDS);
}

/**
 * @param {HTMLElement} container
 * @param {Field[]} fields
 * @param {Chip[]} chips  all that run, whoever asked for them
 * @param {(field: Field, value: string) => void} pick
 */
export function showFacets(container, fields, chips, pick) {
  const open = container.querySelector("details[open]")?.getAttribute("data-field");
  const state = (field, value) => {
    const asks = chips
      .map((chip) => readField(chip.text))
      .filter((each) => each?.name === field.name && each.values.includes(value));
    return asks.at(-1)?.polarity ?? "";
  };
  redraw(
    container,
    ...fields.map((field) => {
      const values = Object.entries(field.values);
      const picked = values.filter(([value]) => state(field, value)).length;
      return el(
        "details",
        { name: "facet", "data-field": field.name, open: field.name === open, ontoggle: keepInside },
        el(
          "summary",
          { "data-focus": `facet ${field.name}` },
          field.name.replaceAll("_", " "),
          picked > 0 && el("span", { class: "picked" }, String(picked)),
        ),
        el(
          "ul",
          {},
          ...values.map(([value, count]) => choice(field, value, count, state(field, value), pick)),
        ),
      );
    }),
  );
}

/** A list that would stick out of the window on the right hangs from its other end. */
function keepInside({ currentTarget }) {
  const list = currentTarget.querySelector("ul");
  currentTarget.classList.remove("turned");
  currentTarget.classList.toggle("turned", list.getBoundingClientRect().right > window.innerWidth);
}

function choice(field, value, count, state, pick) {
  const next = { "": `Only ${value}`, want: `Not ${value}`, avoid: `Let go of ${value}` }[state];
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        class: `value ${state}`,
        title: next,
        "aria-label": `${value}, ${count} documents. ${next}`,
        "data-focus": `facet ${field.name} ${value}`,
        onclick: () => pick(field, value),
      },
      el("span", { class: "sign", "aria-hidden": "true" }, { "": "", want: "+", avoid: "−" }[state]),
      el("span", { class: "name" }, value),
      el("span", { class: "count" }, count.toLocaleString("en")),
    ),
  );
}

/**
 * The need after a click on a value: nothing, want, avoid, nothing. Values of one field share one criterion,
 * whether the instruction asked for it or an earlier click.
 * @param {Need} need
 * @param {Chip[]} chips  all that run
 * @param {Field} field
 * @param {string} value
 * @returns {Need}
 */
export function picked(need, chips, field, value) {
  const asking = chips
    .map((chip) => ({ chip, asks: readField(chip.text) }))
    .filter(({ asks }) => asks?.name === field.name);
  const holder = asking.findLast(({ asks }) => asks.values.includes(value));
  const next = { want: "avoid", avoid: "" }[holder?.asks.polarity ?? ""] ?? "want";
  const joins = asking.find(({ asks }) => asks.polarity === next);
  let after = need;
  if (joins)
    after = changed(after, joins.chip, { text: fieldText(next, field, [...joins.asks.values, value]) });
  else if (next)
    after = { ...after, added: [...after.added, { text: fieldText(next, field, [value]), on: true }] };
  if (!holder) return after;
  const rest = holder.asks.values.filter((other) => other !== value);
  const left = rest.length > 0 ? { text: fieldText(holder.asks.polarity, field, rest) } : { gone: true };
  return changed(after, holder.chip, left);
}
