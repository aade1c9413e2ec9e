/**
 * The slope chart: where the first ten went when the instruction was obeyed, and why.
 *
 * @typedef {"stayed" | "came" | "rule" | "meaning" | "outranked"} Fate
 * @typedef {object} Move  one document of either top ten
 * @property {string} id @property {string} title
 * @property {number | null} from  rank without the instruction, null beyond what was asked for
 * @property {number | null} to  rank with it, null for what fell out
 * @property {Fate} fate @property {string} why
 */

import { el, redraw, svg } from "./dom.js";
import { negated, shown } from "./results.js";

export const TOP = 10;
/** Height of a row in px, as `--row` in page.css; the lines meet the rows by it. */
const ROW = 28;
/** Empty rows between the first ten and what came or fell. */
const GAP = 0.8;

/**
 * @param {import("./api.js").Answer} plain  deeper than the first ten
 * @param {import("./api.js").Answer} answer
 * @param {import("./api.js").Hit[]} judged  what fell out, with its ledger
 * @param {Map<string, import("./results.js").Label>} labels
 * @returns {Move[]}
 */
export function moves(plain, answer, judged, labels) {
  const ranks = new Map(plain.hits.map((hit) => [hit.id, hit.rank]));
  const after = answer.hits.slice(0, TOP);
  const kept = new Set(after.map((hit) => hit.id));
  const ledgers = new Map(judged.map((hit) => [hit.id, hit.ledger]));
  const stays = after.map(({ id, title, rank }) => {
    const from = ranks.get(id) ?? null;
    const came = from === null || from > TOP;
    return /** @type {Move} */ ({
      id,
      title,
      from,
      to: rank,
      fate: came ? "came" : "stayed",
      why: came ? (from ? `was ${from}` : "new") : "",
    });
  });
  const falls = plain.hits.slice(0, TOP).filter((hit) => !kept.has(hit.id));
  return [
    ...stays,
    ...falls.map((hit) => ({
      id: hit.id,
      title: hit.title,
      from: hit.rank,
      to: null,
      ...reason(ledgers.get(hit.id), labels),
    })),
  ];
}

/**
 * @param {HTMLElement} figure
 * @param {Move[]} all
 * @param {(id: string) => void} go  called when a document that is shown as a hit is chosen
 */
export function showSlope(figure, all, go) {
  const left = [...all]
    .filter((move) => move.from !== null && move.from <= TOP)
    .sort((a, b) => a.from - b.from);
  const came = all.filter((move) => move.fate === "came");
  const right = all.filter((move) => move.to !== null);
  const fell = all.filter((move) => move.to === null);
  const y = new Map();
  const place = (moves, side, first) =>
    moves.forEach((move, at) => y.set(`${side} ${move.id}`, (first + at + 0.5) * ROW));
  const first = TOP + GAP;
  place(came, "left", first);
  place(fell, "right", first);
  for (const move of left) y.set(`left ${move.id}`, (move.from - 0.5) * ROW);
  for (const move of right) y.set(`right ${move.id}`, (move.to - 0.5) * ROW);
  const height =
    (Math.max(came.length, fell.length) > 0 ? first + Math.max(came.length, fell.length) : TOP) * ROW;

  const rows = (side, moves, shape) =>
    moves.map((move) => row(side, move, y.get(`${side} ${move.id}`), shape(move), figure, go));
  const column = (side, head, moves) => el("div", { class: `side ${side}` }, el("h3", {}, head), moves);
  const box = (...items) => {
    const list = el("ol", {}, ...items);
    list.style.height = `${height}px`;
    return list;
  };
  redraw(
    figure,
    el("figcaption", {}, summary(all)),
    el(
      "div",
      { class: "slope" },
      column(
        "left",
        "without",
        box(
          ...rows("left", left, (move) => [String(move.from), move.title]),
          ...rows("left", came, (move) => ["", move.why]),
        ),
      ),
      lines(all, y, height),
      column(
        "right",
        "with it",
        box(
          ...rows("right", right, (move) => [String(move.to), move.title]),
          ...rows("right", fell, (move) => ["", move.why]),
        ),
      ),
    ),
    legend(all),
  );
}

/** Let one document stand out in the chart. @param {HTMLElement} figure @param {string | null} id */
export function touchSlope(figure, id) {
  for (const each of figure.querySelectorAll("[data-id]")) {
    each.classList.toggle("touched", id !== null && each.getAttribute("data-id") === id);
  }
  figure.classList.toggle("touching", id !== null);
}

function row(side, move, y, [rank, text], figure, go) {
  const shown = move.to !== null;
  const inside = [el("span", { class: "place" }, rank), el("span", { class: "name" }, text)];
  const item = el(
    "li",
    {
      class: `${move.fate} ${rank ? "" : "beyond"}`,
      "data-id": move.id,
      title: describe(move),
      onmouseenter: () => touchSlope(figure, move.id),
      onmouseleave: () => touchSlope(figure, null),
    },
    shown && side === "right"
      ? el("button", { type: "button", onclick: () => go(move.id) }, ...inside)
      : el("div", {}, ...inside),
  );
  item.style.top = `${y - ROW / 2}px`;
  return item;
}

function lines(all, y, height) {
  const order = { outranked: 0, stayed: 1, meaning: 2, rule: 3, came: 4 };
  const drawn = [...all]
    .sort((a, b) => order[a.fate] - order[b.fate])
    .map((move) => {
      const [from, to] = [y.get(`left ${move.id}`), y.get(`right ${move.id}`)];
      const path = `M2 ${from}C45 ${from} 55 ${to} 98 ${to}`;
      return svg(
        "g",
        { class: move.fate, "data-id": move.id },
        svg("path", { class: "line", d: path }),
        svg("path", { class: "dot", d: `M2 ${from}h.01M98 ${to}h.01` }),
      );
    });
  const picture = svg(
    "svg",
    { viewBox: `0 0 100 ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...drawn,
  );
  picture.style.height = `${height}px`;
  return el("div", { class: "lines" }, picture);
}

/**
 * Why a document fell: a rule that it breaks, a meaning or wish that it runs against, or others were better.
 * @returns {{fate: Fate, why: string}}
 */
function reason(ledger, labels) {
  if (!ledger) return { fate: "outranked", why: "now far below" };
  const named = ledger
    .filter((verdict) => labels.has(verdict.criterion))
    .map((verdict) => ({ ...verdict, label: labels.get(verdict.criterion) }));
  const say = ({ label, outcome, evidence }) => {
    const field = evidence && "field" in evidence && outcome !== "met" ? evidence : null;
    const against = label.positive ? negated(label.says) : label.says;
    return `${label.number} ${field ? `${field.field} ${shown(field.value)}` : against}`;
  };
  const broken = named.find(
    ({ label, outcome }) =>
      label.exact && label.hard && (outcome === "violated" || (outcome === "unknown" && label.positive)),
  );
  if (broken) return { fate: "rule", why: say(broken) };
  const against = named.find(({ outcome }) => outcome === "violated");
  if (against) return { fate: "meaning", why: say(against) };
  const [nearest] = named
    .filter(({ label, p }) => !label.positive && p >= DOUBTFUL)
    .sort((a, b) => b.p - a.p);
  return nearest ? { fate: "meaning", why: say(nearest) } : { fate: "outranked", why: "others fit better" };
}

/** Probability of an unwanted meaning from which it is named as the reason of a fall. */
const DOUBTFUL = 0.2;

const SAYS = {
  came: "came in",
  stayed: "stayed",
  rule: "broke a rule",
  meaning: "lost on meaning or wishes",
  outranked: "was outranked",
};

function describe({ title, from, to, fate, why }) {
  const where =
    to === null ? `fell from ${from}: ${why}` : `${from === null ? "not in the first 50" : from} → ${to}`;
  return `${title} — ${where} (${SAYS[fate]})`;
}

function summary(all) {
  const count = (fate) => all.filter((move) => move.fate === fate).length;
  const out = all.filter((move) => move.to === null).length;
  if (out === 0 && all.every((move) => move.from === move.to))
    return "The instruction changes nothing in the first ten.";
  if (out === 0) return "The instruction reorders the first ten, and none of them falls out.";
  const because = [
    ["rule", "broke a rule"],
    ["meaning", "lost on meaning or wishes"],
    ["outranked", "gave way to better ones"],
  ];
  const reasons = because
    .filter(([fate]) => count(fate) > 0)
    .map(([fate, what]) => `${count(fate) === out && out > 1 ? "all" : count(fate)} ${what}`);
  const fall = `${out === TOP ? "All" : out} of the first ten ${out === 1 ? "falls" : "fall"} out`;
  return `${fall}: ${reasons.join(", ")}.`;
}

function legend(all) {
  const fates = /** @type {Fate[]} */ (["came", "stayed", "rule", "meaning", "outranked"]).filter((fate) =>
    all.some((move) => move.fate === fate),
  );
  const short = {
    came: "came in",
    stayed: "stayed",
    rule: "broke a rule",
    meaning: "lost on meaning or wishes",
    outranked: "outranked",
  };
  return el(
    "ul",
    { class: "legend", "aria-hidden": "true" },
    ...fates.map((fate) => el("li", { class: fate }, short[fate])),
  );
}
