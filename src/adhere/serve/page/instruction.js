/**
 * The instruction box: a text area over its own echo, in which every word wears what became of it.
 */

import { el, redraw } from "./dom.js";
import { head } from "./notation.js";
import { moved, pieces, pointAt } from "./points.js";

export class Instruction {
  /**
   * @param {HTMLTextAreaElement} area
   * @param {HTMLElement} echo  lies under the area, in the same type
   * @param {(keys: string[]) => void} onTouch  told which criteria the pointer or the caret is on
   */
  constructor(area, echo, onTouch) {
    this.area = area;
    this.echo = echo;
    /** @type {import("./points.js").Mark[]} */
    this.marks = [];
    this.text = "";
    area.addEventListener("scroll", () => (echo.scrollTop = area.scrollTop));
    area.addEventListener("mousemove", (event) => onTouch(keysAt(event.clientX, event.clientY)));
    area.addEventListener("mouseleave", () => onTouch([]));
    area.addEventListener("blur", () => onTouch([]));
    const caret = () => onTouch(this.#keysAtPoint(pointAt(area.value, area.selectionStart)));
    area.addEventListener("keyup", caret);
    area.addEventListener("click", caret);
  }

  /** The text has changed, and its parse is not known yet: what was not touched keeps its colour. */
  typed() {
    this.marks = moved(this.marks, this.text, this.area.value);
    this.#draw();
  }

  /**
   * @param {import("./api.js").Parsed | null} parsed
   * @param {import("./state.js").Chip[]} chips
   */
  show(parsed, chips) {
    this.marks = parsed ? moved(fates(parsed, chips), parsed.instruction, this.area.value) : [];
    this.#draw();
  }

  /** Let the words of these criteria stand out. @param {string[]} keys */
  touch(keys) {
    for (const word of this.echo.querySelectorAll("[data-keys]")) {
      const own = JSON.parse(/** @type {HTMLElement} */ (word).dataset.keys ?? "[]");
      word.classList.toggle(
        "touched",
        own.some((key) => keys.includes(key)),
      );
    }
  }

  #draw() {
    this.text = this.area.value;
    const words = pieces(this.text, this.marks).map(({ text, mark }) =>
      mark ? el("span", { class: `word ${mark.fate}`, "data-keys": JSON.stringify(mark.keys) }, text) : text,
    );
    // A last line break has no height of its own in the echo, and it has one in the area.
    redraw(this.echo, ...words, "\u200b");
  }

  #keysAtPoint(point) {
    return this.marks.flatMap(({ span, keys }) => (span[0] <= point && point <= span[1] ? keys : []));
  }
}

/**
 * What became of the words: a criterion (by its polarity), background, task, or not enforced.
 * @param {import("./api.js").Parsed} parsed
 * @param {import("./state.js").Chip[]} chips
 * @returns {import("./points.js").Mark[]}
 */
function fates(parsed, chips) {
  const bySpan = new Map();
  const mark = (span, fate, keys = []) => {
    const before = bySpan.get(String(span));
    bySpan.set(String(span), { span, fate: before?.fate ?? fate, keys: [...(before?.keys ?? []), ...keys] });
  };
  for (const chip of chips) {
    if (chip.span) mark(chip.span, chip.on && !chip.gone ? chipFate(chip) : "unenforced", [chip.key]);
  }
  for (const note of parsed.notes) if (note.span) mark(note.span, "unenforced");
  for (const span of parsed.background) mark(span, "background");
  for (const span of parsed.task) mark(span, "task");
  return [...bySpan.values()];
}

function chipFate(chip) {
  const start = head(chip.text);
  return `criterion ${start?.positive ? "positive" : "negative"} ${start?.hard ? "hard" : "soft"}`;
}

function keysAt(x, y) {
  const word = document.elementsFromPoint(x, y).find((each) => each.classList.contains("word"));
  return word instanceof HTMLElement ? JSON.parse(word.dataset.keys ?? "[]") : [];
}
