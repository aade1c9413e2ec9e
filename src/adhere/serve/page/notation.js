/**
 * The criteria notation, as far as the page writes it: polarity at the head, and conditions on fields.
 *
 *     want field(status in ["Accepted", "Final"])
 *     avoid? about("C extensions")
 */

const HEAD = /^\s*(want|avoid|prefer|disprefer)(\??)(?=\s)/;
const FIELD = /^(want|avoid) field\(([A-Za-z_]\w*|"(?:[^"\\]|\\.)*") (=|in) (.+)\)$/;
const OPPOSITE = { want: "avoid", avoid: "want", prefer: "disprefer", disprefer: "prefer" };
const OTHER_STRENGTH = { want: "prefer", prefer: "want", avoid: "disprefer", disprefer: "avoid" };

/**
 * How a criterion begins, or null for text that no criterion begins with.
 * @param {string} text
 * @returns {{polarity: string, assumed: boolean, hard: boolean, positive: boolean} | null}
 */
export function head(text) {
  const found = HEAD.exec(text);
  if (!found) return null;
  const [polarity, assumed] = [found[1], found[2] === "?"];
  const hard = (polarity === "want" || polarity === "avoid") && !assumed;
  return { polarity, assumed, hard, positive: polarity === "want" || polarity === "prefer" };
}

/**
 * Why a text cannot be a chip's, or "": a chip is one criterion, so that each has its own number and switch.
 * @param {string} text
 */
export function complaint(text) {
  if (!head(text)) return "Begin with want, avoid, prefer or disprefer.";
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, "");
  return /[;#\n\r]/.test(bare) ? "One criterion on one line, without a comment." : "";
}

/** The criterion turned into its opposite: want and avoid, prefer and disprefer. @param {string} text */
export const flipped = (text) => text.replace(HEAD, (_, polarity, mark) => OPPOSITE[polarity] + mark);

/** A rule made a wish, a wish or an assumption made a rule. @param {string} text */
export const otherStrength = (text) =>
  text.replace(HEAD, (_, polarity, mark) => (mark ? polarity : OTHER_STRENGTH[polarity]));

/**
 * A condition on one field in the notation; several values are alternatives.
 * @param {"want" | "avoid"} polarity
 * @param {{name: string, type: string}} field
 * @param {string[]} values as the schema writes them
 */
export function fieldText(polarity, field, values) {
  const name =
    /^[A-Za-z_]\w*$/.test(field.name) && field.name !== "has" ? field.name : JSON.stringify(field.name);
  const written = values.map((value) => literal(field.type, value));
  const compared = written.length === 1 ? `= ${written[0]}` : `in [${written.join(", ")}]`;
  return `${polarity} field(${name} ${compared})`;
}

/**
 * A field condition read back, or null for any other criterion.
 * @param {string} text
 * @returns {{polarity: "want" | "avoid", name: string, values: string[]} | null}
 */
export function readField(text) {
  const found = FIELD.exec(text);
  if (!found) return null;
  const [, polarity, name, op, values] = found;
  try {
    const list = JSON.parse((op === "in" ? values : `[${values}]`).replace(/(^|[[,]\s*)[vd]"/g, '$1"'));
    return {
      polarity: polarity === "want" ? polarity : "avoid",
      name: name.startsWith('"') ? JSON.parse(name) : name,
      values: list.map(String),
    };
  } catch {
    return null; // `field(a = 1) unless field(b = 2)` also ends in a bracket; it is no plain condition
  }
}

function literal(type, value) {
  if (type === "number" || type === "boolean") return String(value).toLowerCase();
  return (type === "version" ? "v" : "") + JSON.stringify(value);
}
