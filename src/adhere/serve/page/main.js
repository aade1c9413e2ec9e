/**
 * The page as a whole: a need goes in, and what runs, what was found and what changed come out.
 *
 *     need -> parse -> chips -> search with exactly these -> hits, slope, what was removed
 */

import * as api from "./api.js";
import { showChips, touchChips } from "./chips.js";
import { counted, el, redraw } from "./dom.js";
import { showExamples } from "./examples.js";
import { facets, picked, showFacets } from "./facets.js";
import { Instruction } from "./instruction.js";
import { listen } from "./keys.js";
import { head, otherStrength } from "./notation.js";
import { showHits, shown } from "./results.js";
import { moves, showSlope, TOP, touchSlope } from "./slope.js";
import { body, changed, chips, fromHash, nothing, program, running, toHash } from "./state.js";
import { range, showTimeline } from "./timeline.js";
import { relaxed, showRelaxations, showRemoved } from "./why.js";

/** Milliseconds of rest after a key: before the instruction is read, and before it is run. */
const READ = 140;
const RUN = 500;
/** How deep the ranks of the plain search, and the reasons of what fell, are looked up. */
const DEEP = 50;

const at = (id) => /** @type {any} */ (document.getElementById(id));
const [query, area] = [at("query"), at("instruction")];

/** @type {import("./state.js").Need} */
let need = fromHash(location.hash);
/** @type {import("./api.js").Parsed | null} */
let parsed = null;
/** @type {import("./api.js").Schema} */
let schema = { documents: 0, time_field: "", fields: [] };
/** @type {import("./api.js").Field[]} */
let strip = [];
/** The caller's standing instruction, and what it asks on the day of the need. */
let rule = "";
/** @type {import("./api.js").Criterion[]} */
let always = [];
/** The days for which `parsed` and `always` were read: "last year" is another one on each. */
const days = { parsed: "", always: "" };
/**
 * What ran last, and its answer.
 * @type {{chips: import("./state.js").Chip[], answer: import("./api.js").Answer} | null}
 */
let last = null;
/** English of criteria by their text without polarity. @type {Map<string, string>} */
const english = new Map();
let timer = 0;
let work = new AbortController();

const instruction = new Instruction(area, at("echo"), touch);

// --- what the user does --------------------------------------------------------------------------

query.addEventListener("input", () => change({ ...need, query: query.value }, RUN));
area.addEventListener("input", () => {
  instruction.typed();
  change({ ...need, instruction: area.value }, RUN);
});
at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  change(need, 0);
});
area.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  change(need, 0);
});
window.addEventListener("hashchange", () => {
  if (location.hash.slice(1) !== toHash(need)) start(fromHash(location.hash));
});
listen(query, at("hits"), at("facets"));
at("token").addEventListener("submit", (event) => {
  event.preventDefault();
  api.useToken(at("secret").value);
  at("token").hidden = true;
  open();
});

const does = {
  change: (chip, what) => change(changed(need, chip, what), 0),
  touch,
  restore: () => {
    const back = standing()
      .filter((chip) => chip.gone)
      .reduce((sum, chip) => changed(sum, chip, { gone: false }), need);
    change(back, 0);
  },
  soften: (chip) => change(changed(need, chip, { text: otherStrength(chip.text) }), 0),
  relax: (text) => {
    const softer = (last ? relaxed(text, last.chips, last.answer) : []).reduce(
      (sum, [chip, to]) => changed(sum, chip, { text: to }),
      need,
    );
    // Where no chip is softened it is the day that hides the documents.
    change(softer === need ? { ...need, asOf: "" } : softer, 0);
  },
};

// --- from the need to the answer -----------------------------------------------------------------

/** Take over a need: show at once what is known, and read and run it after a rest of `rest` ms. */
function change(next, rest) {
  need = next;
  clearTimeout(timer);
  work.abort();
  work = new AbortController();
  const { signal } = work;
  draw();
  timer = setTimeout(() => run(signal, rest), rest && READ);
}

async function run(signal, rest) {
  // Not at every key: browsers refuse an address that changes too often.
  document.title = need.query ? `${need.query} · Adhere` : "Adhere";
  history.replaceState(null, "", `#${toHash(need)}`);
  try {
    await Promise.all([read(signal), readRule(signal)]);
    draw();
    if (rest) await new Promise((done) => setTimeout(done, rest - READ));
    if (signal.aborted) return;
    await search(signal);
    if (!signal.aborted) complain(null);
  } catch (problem) {
    if (!signal.aborted) complain(problem);
  }
}

async function read(signal) {
  const { query, instruction, asOf } = need;
  // The query gives the parser context only; the same need is not asked twice.
  const same = parsed && parsed.instruction === instruction && parsed.query === query;
  if (same && days.parsed === asOf) return;
  parsed = instruction.trim() ? await api.parse(instruction, query, asOf, signal) : null;
  days.parsed = asOf;
}

async function readRule(signal) {
  const { asOf } = need;
  if (!rule || days.always === asOf) return;
  always = await standingOn(asOf, signal);
  days.always = asOf;
}

/** What the standing instruction asks on a day: criteria that are sent replace all that the server would read,
 * so what always holds is sent too. */
async function standingOn(day, signal) {
  const { criteria } = await api.parse(rule, "", day, signal);
  return criteria.map((each) => ({ ...each, span: null, source: "standing" }));
}

async function search(signal) {
  const all = standing();
  const criteria = program(all);
  const asked = need.query.trim() !== "" || running(all).some((chip) => chip.source !== "standing");
  at("welcome").hidden = asked;
  if (!asked) {
    last = null;
    showAnswer(false);
    return;
  }
  at("answer").setAttribute("aria-busy", "true");
  try {
    const same = { query: need.query, ...api.clock(need.asOf) };
    const [answer, plain] = await Promise.all([
      api.search({ ...same, instruction: need.instruction, criteria, k: TOP, documents: true }, signal),
      need.query.trim() && criteria
        ? api.search({ ...same, instruction: "", criteria: "", k: DEEP }, signal)
        : null,
    ]);
    const fell =
      plain && plain.hits.slice(0, TOP).some((hit) => answer.hits.every((each) => each.id !== hit.id));
    // What fell out is in no answer; the ranking that removes nothing has its ledger.
    const judged =
      fell &&
      (await api.search(
        { ...same, instruction: need.instruction, criteria, k: 2 * DEEP, mode: "rank" },
        signal,
      ));
    if (!signal.aborted) show(running(all), answer, plain, judged ? judged.hits : []);
  } finally {
    if (!signal.aborted) at("answer").removeAttribute("aria-busy");
  }
}

// --- showing it ------------------------------------------------------------------------------------

function showAnswer(there) {
  at("answer").hidden = !there;
  at("aside").hidden = !there;
}

function show(ran, answer, plain, judged) {
  last = { chips: ran, answer };
  showAnswer(true);
  ran.forEach((chip, number) => english.set(body(chip.text), answer.criteria[number].says));
  const labels = labelsOf(answer);
  const before = new Map((plain?.hits ?? []).map((hit) => [hit.id, hit.rank]));
  const ranks = plain ? before : new Map(answer.hits.map((hit) => [hit.id, hit.rank]));
  showHits(at("hits"), answer.hits, labels, ranks, facts);
  at("found").textContent = found(answer);
  at("nothing").hidden = answer.hits.length > 0;
  at("slope").hidden = !plain;
  if (plain) showSlope(at("slope"), moves(plain, answer, judged, labels), goTo);
  showRemoved(at("removed"), ran, answer, schema.documents, does.soften);
  showRelaxations(at("relax"), answer, does.relax);
  at("program").textContent = answer.program || "# no criteria: the query alone";
  at("trace").textContent = answer.trace
    .map(({ step, count, ms }) => `${step} ${count} (${ms.toFixed(1)} ms)`)
    .join(" → ");
  draw();
}

function draw() {
  const all = standing();
  instruction.show(parsed, all);
  const removed = new Map();
  last?.answer.removed.forEach(({ criterion, violated, unknown }) => {
    const chip = criterion.startsWith("c") ? last?.chips[Number(criterion.slice(1)) - 1] : undefined;
    const same = all.find((each) => each.key === chip?.key && each.text === chip.text && each.on);
    if (same && violated + unknown > 0) removed.set(same.key, { violated, unknown });
  });
  showChips(at("chips"), all, removed, last?.answer.criteria.slice(last.chips.length) ?? [], does);
  showNotes(at("notes"), parsed);
  showFacets(at("facets"), strip, running(all), (field, value) =>
    change(picked(need, running(all), field, value), 0),
  );
  showTimeline(at("timeline"), range(schema), need.asOf, (asOf) => change({ ...need, asOf }, 0));
}

/** The chips of the text as it stands; while it is read anew, those of the text before. */
const standing = () => chips(need, need.instruction.trim() ? parsed : null, always, english);

function showNotes(container, parsed) {
  const notes = parsed?.notes ?? [];
  redraw(
    container,
    ...notes.map(({ span, why }) => {
      const words = span
        ? Array.from(parsed.instruction)
            .slice(...span)
            .join("")
        : "";
      return el("li", {}, words && el("q", {}, words), ` ${why}`);
    }),
  );
}

/** How to speak of each criterion of an answer, by its id. */
function labelsOf(answer) {
  return new Map(
    answer.criteria.map(({ id, kind, says, text }) => {
      const start = head(text);
      const number = id.replace("c", "");
      return [
        id,
        {
          number,
          says,
          exact: kind !== "about",
          hard: start?.hard ?? false,
          positive: start?.positive ?? true,
        },
      ];
    }),
  );
}

/** What to tell of a document under its title: the values of the facets, and its day. */
function facts(found) {
  const values = strip
    .slice(0, 4)
    .filter(({ type }) => type === "keyword" || type === "version")
    .map(({ name }) => found.fields[name])
    .filter((value) => value !== undefined && value !== null && value !== "");
  return [...values.map(shown), ...(found.time ? [found.time.slice(0, 10)] : [])];
}

function found(answer) {
  const passing = answer.trace.find(({ step }) => step === "filter")?.count ?? answer.hits.length;
  const count =
    answer.hits.length < passing
      ? `The best ${answer.hits.length} of ${counted(passing, "document")}`
      : counted(passing, "document");
  return `${count} in ${Math.round(answer.took_ms)} ms`;
}

/** @param {any} problem null when all is well */
function complain(problem) {
  const box = at("problem");
  box.hidden = problem === null;
  if (problem === null) return;
  showAnswer(false); // what was found before is no answer to what is asked now
  if (problem.status === 401) {
    at("token").hidden = false;
    at("token").querySelector("input").focus();
  }
  redraw(box, el("strong", {}, problem.title ?? "The page failed"), el("p", {}, problem.message));
}

function touch(keys) {
  instruction.touch(keys);
  touchChips(at("chips"), keys);
}

function goTo(id) {
  const title = [...at("hits").children].find((hit) => hit.dataset.id === id)?.querySelector("button.title");
  title?.focus();
  title?.scrollIntoView({ block: "center" });
}

at("hits").addEventListener("pointerover", (event) =>
  touchSlope(at("slope"), event.target.closest(".hit")?.dataset.id ?? null),
);
at("hits").addEventListener("pointerleave", () => touchSlope(at("slope"), null));
at("hits").addEventListener("focusin", (event) =>
  touchSlope(at("slope"), event.target.closest(".hit")?.dataset.id ?? null),
);

// --- start -----------------------------------------------------------------------------------------

/** Begin with a need, as typed or as an address carries it. */
function start(next) {
  query.value = next.query;
  area.value = next.instruction;
  change(next, 0);
}

async function open() {
  try {
    schema = await api.schema();
    rule = (await api.status()).caller.standing;
    days.always = need.asOf;
    always = rule ? await standingOn(need.asOf) : [];
    strip = facets(schema.fields, schema.documents);
    at("store").textContent = counted(schema.documents, "document");
    showExamples(at("welcome"), schema, strip, (example) =>
      start({ ...nothing(), query: example.query, instruction: example.instruction }),
    );
    start(need);
  } catch (problem) {
    complain(problem);
  }
}

open();
