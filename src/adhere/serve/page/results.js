/**
 * The hits: each with the mark of every criterion, and the words that the marks rest on.
 *
 * @typedef {import("./api.js").Hit} Hit
 * @typedef {import("./api.js").Verdict} Verdict
 * @typedef {{number: string, says: string, exact: boolean, hard: boolean, positive: boolean}} Label
 *   how to speak of a criterion
 */

import { el, icon, redraw } from "./dom.js";
import { pieces } from "./points.js";

/** Code points of a document that are shown before it is opened, and how many of them before the evidence. */
const SNIPPET = 280;
const LEAD = 90;

/**
 * @param {HTMLElement} container an ordered list
 * @param {Hit[]} hits
 * @param {Map<string, Label>} labels  by criterion id
 * @param {Map<string, number>} before  rank of each document without the instruction
 * @param {(document: import("./api.js").Document) => string[]} facts  what else to tell of a document
 */
export function showHits(container, hits, labels, before, facts) {
  redraw(container, ...hits.map((hit) => card(hit, labels, before.get(hit.id), facts)));
}

/**
 * Move the focus from hit to hit; true where there was one to go to.
 * @param {HTMLElement} container
 * @param {number} by
 */
export function step(container, by) {
  const titles = [...container.querySelectorAll("button.title")];
  const held = titles.findIndex((title) => title.closest(".hit")?.contains(document.activeElement));
  const next = /** @type {HTMLElement | undefined} */ (titles[held < 0 ? (by > 0 ? 0 : -1) : held + by]);
  next?.focus();
  next?.closest(".hit")?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}

/** Close an opened hit; true where there was one. @param {HTMLElement} container */
export function closeHit(container) {
  const open = /** @type {HTMLElement | null} */ (
    container.querySelector("button.title[aria-expanded=true]")
  );
  open?.click();
  open?.focus();
  return open !== null;
}

/** A mark for an outcome, and the word for those who do not see it; a wish is not broken but unmet. */
function mark(outcome, hard) {
  const drawn = outcome === "violated" && !hard ? "unmet" : outcome;
  return el("span", { class: "mark" }, icon(drawn), el("span", { class: "hidden" }, `${drawn}: `));
}

function card(hit, labels, before, facts) {
  const { text, url } = hit.document;
  const body = el("p", { class: "snippet" }, ...snippet(text, inText(hit)));
  const meta = el(
    "p",
    { class: "meta" },
    ...facts(hit.document).map((fact) => el("span", {}, fact)),
    source(url),
  );
  const full = el("div", { class: "full", hidden: true });
  const title = el(
    "button",
    { type: "button", class: "title", "aria-expanded": "false", "data-focus": `hit ${hit.id}` },
    ...highlighted(hit.title || hit.id, inTitle(hit)),
  );
  title.addEventListener("click", () => open(title, body, full, hit, labels));
  const ledger = hit.ledger.filter((verdict) => labels.has(verdict.criterion));
  return el(
    "li",
    { class: "hit", "data-id": hit.id },
    el(
      "div",
      { class: "rank", "aria-label": `rank ${hit.rank}` },
      String(hit.rank),
      moveBadge(hit.rank, before),
    ),
    el(
      "article",
      {},
      el("h2", {}, title),
      meta,
      body,
      ledger.length > 0 &&
        el(
          "ul",
          { class: "ledger", "aria-label": "Criteria" },
          ...ledger.map((verdict) => pill(verdict, labels.get(verdict.criterion))),
        ),
      full,
    ),
  );
}

function moveBadge(rank, before) {
  if (before === undefined)
    return el("span", { class: "move up", title: "Was not among the first 50" }, "new");
  if (before === rank) return null;
  const [way, sign] = before > rank ? ["up", "↑"] : ["down", "↓"];
  return el(
    "span",
    { class: `move ${way}`, title: `${before} without the instruction` },
    `${sign}${Math.abs(before - rank)}`,
  );
}

/** @param {Verdict} verdict @param {Label} label */
function pill(verdict, label) {
  const { outcome, p, judge, evidence } = verdict;
  const how = [outcome, p !== null && `probability ${p.toFixed(2)}`, `judged by ${judge}`]
    .filter(Boolean)
    .join(" · ");
  const field = evidence && "field" in evidence ? evidence : null;
  const text = field
    ? `${field.field} ${shown(field.value)}`
    : label.positive
      ? label.says
      : negated(label.says);
  return el(
    "li",
    { class: `pill ${outcome} ${label.hard ? "hard" : "soft"}`, title: `${label.says} — ${how}` },
    mark(outcome, label.hard),
    el("span", { class: "number" }, label.number),
    el("span", { class: "text" }, text),
  );
}

/** The opposite of what a criterion says. @param {string} says */
export function negated(says) {
  const [first, ...rest] = says.split(" ");
  return `${{ mentions: "no mention of", has: "has no" }[first] ?? `not ${first}`} ${rest.join(" ")}`;
}

/** A field's value for people: midnights as days, none as such. @param {any} value @returns {string} */
export function shown(value) {
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return value === null ? "unknown" : String(value).replace(/T00:00:00(\+00:00|Z)?$/, "");
}

function open(title, body, full, hit, labels) {
  const opening = title.getAttribute("aria-expanded") === "false";
  title.setAttribute("aria-expanded", String(opening));
  full.hidden = !opening;
  body.hidden = opening;
  if (!opening || full.childElementCount > 0) return;
  redraw(
    full,
    table(hit, labels),
    el("div", { class: "text" }, ...highlighted(hit.document.text, inText(hit))),
  );
}

function table(hit, labels) {
  const rows = hit.ledger.map((verdict) => {
    const label = labels.get(verdict.criterion);
    return el(
      "tr",
      { class: verdict.outcome },
      el("td", {}, mark(verdict.outcome, label?.hard ?? true), verdict.criterion),
      el("td", {}, label?.says ?? ""),
      el("td", {}, verdict.p === null ? "" : verdict.p.toFixed(2)),
      el("td", {}, because(verdict.evidence)),
      el("td", {}, verdict.judge),
    );
  });
  const heads = ["verdict", "criterion", "p", "because of", "judge"].map((name) =>
    el("th", { scope: "col" }, name),
  );
  return (
    rows.length > 0 && el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows))
  );
}

function because(evidence) {
  if (!evidence) return "nothing in the text";
  if ("field" in evidence) return `${evidence.field}: ${shown(evidence.value)}`;
  return `“${evidence.text}”`;
}

// --- evidence in the text ----------------------------------------------------------------------------

/** Passage -1 is the title, and spans of any other lie in the document's text. */
const inTitle = (hit) => marks(hit, (evidence) => evidence.passage === -1);
const inText = (hit) => marks(hit, (evidence) => evidence.passage >= 0);

function marks(hit, where) {
  return hit.ledger
    .filter(({ evidence }) => evidence && "span" in evidence && where(evidence))
    .map(({ evidence, outcome, criterion }) => ({ span: evidence.span, outcome, criterion }));
}

function highlighted(text, found) {
  return pieces(text, found).map((piece) =>
    piece.mark
      ? el(
          "mark",
          { class: piece.mark.outcome, title: `${piece.mark.criterion} ${piece.mark.outcome}` },
          piece.text,
        )
      : piece.text,
  );
}

function snippet(text, found) {
  const points = Array.from(text);
  const first = Math.min(...found.map((each) => each.span[0]), points.length);
  const from = found.length > 0 && first > LEAD ? wordEnd(points, first - LEAD) : 0;
  const to = wordEnd(points, from + SNIPPET);
  const inside = found
    .filter(({ span }) => span[0] >= from && span[0] < to)
    .map((each) => ({ ...each, span: [each.span[0] - from, Math.min(each.span[1], to) - from] }));
  const words = highlighted(points.slice(from, to).join(""), inside);
  return [from > 0 ? "…" : "", ...words, to < points.length ? "\u00a0…" : ""];
}

/** The end of the last word that begins before `end`. */
function wordEnd(points, end) {
  const space = points.slice(0, end + 1).findLastIndex((point) => /\s/.test(point));
  return end >= points.length ? points.length : space > end - 40 ? space : end;
}

/** Only the web's own addresses become links: a document may name any. */
function source(url) {
  if (!/^https?:\/\//i.test(url)) return null;
  return el("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, "source", icon("out"));
}
