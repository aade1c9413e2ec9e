/**
 * What the user asks, and what of it runs. All of it fits into the address, so an address can be shared.
 *
 * The parser proposes criteria; the user's changes lie over them, each under the text that the parser wrote.
 * So a change outlives further typing, and goes with the words that it was made to.
 *
 * @typedef {{text: string, on: boolean, gone: boolean}} Change
 * @typedef {object} Need
 * @property {string} query
 * @property {string} instruction
 * @property {string} asOf  ISO date, or "" for now
 * @property {Record<string, Change>} changes  by the text of the criterion as it was read
 * @property {{text: string, on: boolean}[]} added  criteria of the user's own
 *
 * @typedef {object} Chip  one criterion as it will run
 * @property {string} key  the parser's text, or "+n" for the user's own
 * @property {string} text  the notation that runs
 * @property {string} says  in English; "" until the server has read a text of the user's own
 * @property {boolean} on
 * @property {boolean} gone  taken away by the user
 * @property {[number, number] | null} span
 * @property {string} question  what the parser would ask, where it only assumed
 * @property {string} source
 */

import { complaint, head } from "./notation.js";

/** @returns {Need} */
export const nothing = () => ({ query: "", instruction: "", asOf: "", changes: {}, added: [] });

/**
 * The criteria as they stand: what was read with the user's changes over it, then the user's own.
 * @param {Need} need
 * @param {import("./api.js").Parsed | null} parsed
 * @param {import("./api.js").Criterion[]} standing  what this caller always wants
 * @param {Map<string, string>} english  what texts say, as far as the server has told
 * @returns {Chip[]}
 */
export function chips(need, parsed, standing, english) {
  const read = [...(parsed?.criteria ?? []), ...standing].map((criterion) => {
    const change = need.changes[criterion.text];
    const text = change?.text ?? criterion.text;
    const says = body(text) === body(criterion.text) ? criterion.says : (english.get(body(text)) ?? "");
    const { span, source } = criterion;
    const question = head(text)?.assumed ? criterion.question : "";
    return {
      key: criterion.text,
      text,
      says,
      on: change?.on ?? true,
      gone: change?.gone ?? false,
      span,
      source,
      question,
    };
  });
  const own = need.added.map(({ text, on }, number) => {
    const says = english.get(body(text)) ?? "";
    return { key: `+${number}`, text, says, on, gone: false, span: null, source: "given", question: "" };
  });
  return [...read, ...own];
}

/** The chips that run, in the order in which the server numbers them. @param {Chip[]} all */
export const running = (all) => all.filter((chip) => chip.on && !chip.gone);

/** The program that runs. @param {Chip[]} all */
export const program = (all) =>
  running(all)
    .map((chip) => chip.text)
    .join("\n");

/** A criterion without its polarity, which is what its English speaks of. @param {string} text */
export const body = (text) => text.trim().replace(/^\S+\s+/, "");

/**
 * The need after one chip has changed.
 * @param {Need} need
 * @param {Chip} chip
 * @param {Partial<Change>} change
 * @returns {Need}
 */
export function changed(need, chip, change) {
  const { text, on, gone } = { ...chip, ...change };
  if (chip.key.startsWith("+")) {
    const number = Number(chip.key.slice(1));
    const rest = need.added.map((each, at) => (at === number ? { text, on } : each));
    return { ...need, added: gone ? rest.filter((_, at) => at !== number) : rest };
  }
  const changes = { ...need.changes, [chip.key]: { text, on, gone } };
  if (text === chip.key && on && !gone) delete changes[chip.key];
  return { ...need, changes };
}

/** @param {Need} need @returns {string} the part of an address after # */
export function toHash(need) {
  const hash = new URLSearchParams();
  if (need.query) hash.set("q", need.query);
  if (need.instruction) hash.set("i", need.instruction);
  if (need.asOf) hash.set("as-of", need.asOf);
  for (const [key, { text, on, gone }] of Object.entries(need.changes)) {
    hash.append("change", JSON.stringify([key, text, on, gone]));
  }
  for (const { text, on } of need.added) hash.append("add", JSON.stringify([text, on]));
  return hash.toString();
}

/** @param {string} hash @returns {Need} what of it makes sense; an address may have been cut or made up */
export function fromHash(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const asOf = given.get("as-of") ?? "";
  return {
    query: given.get("q") ?? "",
    instruction: given.get("i") ?? "",
    asOf: /^\d{4}-\d\d-\d\d$/.test(asOf) && !Number.isNaN(Date.parse(asOf)) ? asOf : "",
    changes: Object.fromEntries(
      given
        .getAll("change")
        .map(list)
        .filter(([key, text]) => typeof key === "string" && isCriterion(text))
        .map(([key, text, on, gone]) => [key, { text, on: on !== false, gone: gone === true }]),
    ),
    added: given
      .getAll("add")
      .map(list)
      .filter(([text]) => isCriterion(text))
      .map(([text, on]) => ({ text, on: on !== false })),
  };
}

function list(json) {
  try {
    const value = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // what is no JSON was not written by toHash, and means nothing
  }
}

const isCriterion = (value) => typeof value === "string" && complaint(value) === "";
