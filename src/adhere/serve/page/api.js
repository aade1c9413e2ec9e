/**
 * The server, as the page needs it: one function per question, one error for every refusal.
 *
 * @typedef {object} Criterion
 * @property {string} id @property {string} kind @property {string} polarity @property {string} says
 * @property {[number, number] | null} span @property {number} confidence @property {boolean} enforced
 * @property {boolean} assumed @property {string} question @property {string} source @property {string} text
 *
 * @typedef {{criterion: string, outcome: "met" | "violated" | "unknown", p: number | null, judge: string,
 *   evidence: null | {field: string, value: any} |
 *     {passage: number, text: string, span: [number, number]}}} Verdict
 * @typedef {{rank: number, id: string, title: string, score: number, ledger: Verdict[],
 *   document?: Document}} Hit
 *
 * @typedef {object} Parsed
 * @property {string} query @property {string} instruction @property {string} program
 * @property {Criterion[]} criteria
 * @property {[number, number][]} background @property {[number, number][]} task
 * @property {{span: [number, number] | null, why: string}[]} notes
 *
 * @typedef {Parsed & {hits: Hit[], relax: string[], took_ms: number,
 *   removed: {criterion: string, violated: number, unknown: number}[],
 *   trace: {step: string, count: number, ms: number}[]}} Answer
 *
 * @typedef {{query: string, instruction: string, criteria: string, k?: number, as_of?: string, mode?: string,
 *   documents?: boolean}} Need
 * @typedef {{id: string, title: string, text: string, url: string, fields: Record<string, any>,
 *   time: string | null}} Document
 * @typedef {{name: string, type: string, list: boolean, documents: number, values: Record<string, number>,
 *   complete: boolean}} Field
 * @typedef {{documents: number, time_field: string, fields: Field[]}} Schema
 */

const TOKEN = "adhere-token";

/** What the server refused, in its own words (RFC 9457), or why it could not be reached (status 0). */
export class Problem extends Error {
  /** @param {number} status @param {string} title @param {string} detail */
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

/**
 * @param {string} instruction
 * @param {string} query
 * @param {string} asOf  ISO date that "last year" is said on, or "" for now
 * @param {AbortSignal} [signal]
 * @returns {Promise<Parsed>}
 */
export const parse = (instruction, query, asOf, signal) =>
  ask("v1/parse", { instruction, query, ...clock(asOf) }, signal);

/** The part of a request that says which day it is. @param {string} asOf  ISO date, or "" for now */
export const clock = (asOf) => (asOf ? { as_of: `${asOf}T00:00:00Z` } : {});

/** @param {Need} need @param {AbortSignal} [signal] @returns {Promise<Answer>} */
export const search = (need, signal) => ask("v1/search", need, signal);

/** Fields with up to `values` of their values each. @returns {Promise<Schema>} */
export const schema = (values = 2000) => ask(`v1/schema?values=${values}`);

/** @returns {Promise<{caller: {standing: string}}>} */
export const status = () => ask("v1/status");

/** Keep a bearer token for this tab; servers on this machine alone need none. @param {string} token */
export const useToken = (token) => sessionStorage.setItem(TOKEN, token);

async function ask(path, body, signal) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { Accept: "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const post = {
    method: "POST",
    body: JSON.stringify(body),
    headers: { ...headers, "Content-Type": "application/json" },
  };
  const response = await fetch(path, { ...(body ? post : { headers }), signal }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "No connection", "The server does not answer. Is `adhere serve` still running?");
  });
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  const detail = typeof problem.detail === "string" ? problem.detail : JSON.stringify(problem.detail ?? "");
  throw new Problem(response.status, problem.title ?? response.statusText, detail);
}
