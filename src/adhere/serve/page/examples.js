/**
 * What to try where nothing has been asked yet: three searches that teach, made for the fields at hand.
 *
 * @typedef {{query: string, instruction: string, teaches: string, needs?: string[]}} Example
 */

import { el, redraw } from "./dom.js";

/** @type {Example[][]} the first set whose fields the store has */
const KNOWN = [
  [
    {
      needs: ["kind", "deprecated", "module"],
      query: "run a command",
      instruction: "nothing from distutils, not deprecated, preferably functions",
      teaches: "Rules take documents away, wishes only move them.",
    },
    {
      query: "escape special characters",
      instruction: "only functions, nothing about regular expressions",
      teaches: "“nothing about” is judged by meaning, “only functions” by a field.",
    },
    {
      query: "import a module by name",
      instruction: "nothing deprecated, only functions, nothing about zip files",
      teaches: "Flip a criterion and watch the first ten change.",
    },
  ],
  [
    {
      needs: ["status", "topic", "python_version", "authors"],
      query: "import system",
      instruction: "only accepted or final proposals, nothing about packaging, ideally since 2012",
      teaches: "Rules take documents away, wishes only move them.",
    },
    {
      query: "type hints for functions",
      instruction: "no rejected or withdrawn ones, nothing about generics",
      teaches: "“nothing about” is judged by meaning, “no rejected” by a field.",
    },
    {
      query: "concurrency",
      instruction:
        'I maintain a web server. No rejected or withdrawn proposals, nothing that mentions "asyncio", ' +
        "ideally about the global interpreter lock",
      teaches: "Background stays background. Quoted words are matched to the letter.",
    },
  ],
];

/**
 * @param {HTMLElement} container
 * @param {import("./api.js").Schema} schema
 * @param {import("./api.js").Field[]} facets
 * @param {(example: Example) => void} run
 */
export function showExamples(container, schema, facets, run) {
  const has = new Set(schema.fields.map((field) => field.name));
  const examples =
    KNOWN.find(([first]) => first.needs?.every((name) => has.has(name))) ?? ownExamples(facets);
  if (schema.documents === 0) {
    redraw(
      container,
      el("h2", {}, "There is nothing to search yet"),
      el(
        "p",
        { class: "lead" },
        "Fill this store with:  adhere index STORE FOLDER  and load this page again.",
      ),
    );
    return;
  }
  redraw(
    container,
    el("h2", {}, "Say what you look for, then what counts"),
    el(
      "p",
      { class: "lead" },
      "The query finds, the instruction decides. Each criterion in it is shown, can be changed, and runs " +
        "as shown. No word is dropped in silence.",
    ),
    el(
      "ul",
      { class: "examples" },
      ...examples.map((example) =>
        el(
          "li",
          {},
          el(
            "button",
            { type: "button", onclick: () => run(example) },
            el("strong", {}, example.query),
            el("span", {}, example.instruction),
            el("small", {}, example.teaches),
          ),
        ),
      ),
    ),
  );
}

/** Searches over any documents, with the most frequent value of a field where there is one. */
function ownExamples(facets) {
  const field = facets.find((each) => each.type === "keyword");
  const [first, second] = Object.keys(field?.values ?? {});
  return [
    {
      query: "introduction",
      instruction: "ideally short, nothing about history",
      teaches: "Rules take documents away, wishes only move them.",
    },
    {
      query: "problems and limits",
      instruction: field ? `only where the ${field.name} is ${first}` : "only where it has numbers",
      teaches: "Fields are compared exactly, and what fails is counted.",
    },
    {
      query: "how it works",
      instruction: field
        ? `not where the ${field.name} is ${second}, unless it has code`
        : "nothing with code, unless it is short",
      teaches: "An exception lifts a rule.",
    },
  ];
}
