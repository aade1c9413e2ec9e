/**
 * What each rule took away, and the smallest change that would let documents back in.
 */

import { el, icon, redraw } from "./dom.js";
import { head } from "./notation.js";

/**
 * @param {HTMLElement} container
 * @param {import("./state.js").Chip[]} ran  the chips that ran, as the server numbers them
 * @param {import("./api.js").Answer} answer
 * @param {number} documents  in the store
 * @param {(chip: import("./state.js").Chip) => void} soften
 */
export function showRemoved(container, ran, answer, documents, soften) {
  const rows = answer.removed.filter(({ violated, unknown }) => violated + unknown > 0);
  container.hidden = rows.length === 0;
  const bars = rows.map((row) => bar(row, ran, answer, documents, soften));
  redraw(
    container,
    el("h2", {}, "What the rules took away"),
    el("p", { class: "hint" }, `Of ${documents.toLocaleString("en")} documents, each rule by itself:`),
    el("ul", { class: "bars" }, ...bars),
  );
}

/**
 * The changes that would let documents back in, smallest first, each a click away.
 * @param {HTMLElement} container
 * @param {import("./api.js").Answer} answer
 * @param {(program: string) => void} relax
 */
export function showRelaxations(container, answer, relax) {
  redraw(
    container,
    answer.relax.length > 0 && el("p", { class: "hint" }, "The smallest change that lets documents back in:"),
    ...answer.relax.map((program) =>
      el(
        "button",
        { type: "button", class: "relaxation", onclick: () => relax(program) },
        icon("wish"),
        relaxation(program, answer),
      ),
    ),
  );
}

function bar({ criterion, violated, unknown }, ran, answer, documents, soften) {
  const number = Number(criterion.replace(/\D/g, ""));
  const chip = criterion.startsWith("c") ? ran[number - 1] : undefined;
  const says = answer.criteria.find((each) => each.id === criterion)?.says ?? criterion;
  const measure = (name, count) => {
    const part = el("span", { class: name });
    part.style.width = `${(100 * count) / Math.max(1, documents)}%`;
    return part;
  };
  const without = unknown > 0 ? `${unknown.toLocaleString("en")} of them have no value to tell by` : "";
  return el(
    "li",
    {},
    el("span", { class: "number" }, criterion.replace("c", "")),
    el("span", { class: "says" }, says, without && el("small", {}, without)),
    el("span", { class: "count" }, (violated + unknown).toLocaleString("en")),
    chip &&
      head(chip.text)?.hard &&
      el(
        "button",
        {
          type: "button",
          class: "soften",
          "aria-label": `Make it a wish: ${says}`,
          onclick: () => soften(chip),
        },
        "make it a wish",
      ),
    el(
      "span",
      { class: "bar", "aria-hidden": "true" },
      measure("violated", violated),
      measure("unknown", unknown),
    ),
  );
}

/** In words, which criteria of the answer a program softens. */
function relaxation(program, answer) {
  const says = answer.criteria
    .filter((each, at) => program.split("\n")[at] !== each.text)
    .map((each) => `“${each.says}”`);
  return `Make ${says.join(" and ")} ${says.length === 1 ? "a wish" : "wishes"}`;
}

/**
 * The chips that a relaxation changes, with their new texts. Softening changes lines and moves none.
 * @param {string} program
 * @param {import("./state.js").Chip[]} ran
 * @param {import("./api.js").Answer} answer  of what ran
 * @returns {[import("./state.js").Chip, string][]}
 */
export function relaxed(program, ran, answer) {
  const lines = program.split("\n");
  return ran.flatMap((chip, at) =>
    lines[at] === answer.criteria[at].text ? [] : [/** @type {[any, string]} */ ([chip, lines[at]])],
  );
}
