/**
 * Spans in the server's measure. It counts code points, a JavaScript string counts UTF-16 units.
 *
 * @typedef {[number, number]} Span  half open, in code points
 * @typedef {{span: Span, [more: string]: any}} Mark
 * @typedef {{text: string, mark: Mark | null}} Piece
 */

/**
 * A text cut at the edges of its marks, in order; a mark that overlaps an earlier one gives way.
 * @param {string} text
 * @param {Mark[]} marks
 * @returns {Piece[]}
 */
export function pieces(text, marks) {
  const points = Array.from(text);
  /** @type {Piece[]} */
  const found = [];
  let at = 0;
  for (const mark of [...marks].sort((a, b) => a.span[0] - b.span[0])) {
    const [start, end] = mark.span;
    if (start < at || end > points.length || end <= start) continue;
    if (start > at) found.push({ text: points.slice(at, start).join(""), mark: null });
    found.push({ text: points.slice(start, end).join(""), mark });
    at = end;
  }
  if (at < points.length) found.push({ text: points.slice(at).join(""), mark: null });
  return found;
}

/**
 * Marks of a text as it was, moved to the text as it is: those that the change touched are gone.
 * @param {Mark[]} marks
 * @param {string} before
 * @param {string} after
 * @returns {Mark[]}
 */
export function moved(marks, before, after) {
  if (before === after) return marks;
  const [old, now] = [Array.from(before), Array.from(after)];
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const by = now.length - old.length;
  return marks.flatMap((mark) => {
    const [start, end] = mark.span;
    if (end <= head) return [mark];
    return start >= old.length - tail ? [{ ...mark, span: [start + by, end + by] }] : [];
  });
}

/**
 * The index in code points of an index in UTF-16 units.
 * @param {string} text
 * @param {number} index
 */
export function pointAt(text, index) {
  return Array.from(text.slice(0, index)).length;
}
