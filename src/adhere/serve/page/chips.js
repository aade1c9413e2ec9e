/**
 * The criteria as chips. What a chip shows is what runs: its buttons change the text that is sent.
 *
 * @typedef {import("./state.js").Chip} Chip
 * @typedef {object} Does  what the chips may ask of the page
 * @property {(chip: Chip, change: Partial<import("./state.js").Change>) => void} change
 * @property {(keys: string[]) => void} touch
 * @property {() => void} restore
 */

import { el, icon, redraw } from "./dom.js";
import { complaint, flipped, head, otherStrength } from "./notation.js";
import { body } from "./state.js";

/** The chip whose text is being edited, one at a time; what was typed outlives every redraw. */
let editing = /** @type {{key: string, item: HTMLElement} | null} */ (null);
/** Draws the chips as they were shown last. */
let again = () => {};

/**
 * @param {HTMLElement} container
 * @param {Chip[]} chips
 * @param {Map<string, {violated: number, unknown: number}>} removed  documents, by the key of the chip
 * @param {import("./api.js").Criterion[]} fixed  what the server runs besides, such as the day of the slider
 * @param {Does} does
 */
export function showChips(container, chips, removed, fixed, does) {
  again = () => showChips(container, chips, removed, fixed, does);
  const shown = chips.filter((chip) => !chip.gone);
  let number = 0;
  const rows = shown.map((chip) => {
    const own = chip.on ? (number += 1) : 0;
    return chip.key === editing?.key ? editing.item : row(chip, own, removed.get(chip.key), does);
  });
  const gone = chips.length - shown.length;
  const restore = el(
    "button",
    { type: "button", class: "link", onclick: does.restore },
    `restore ${gone} removed`,
  );
  redraw(container, ...rows, ...fixed.map(besides), gone > 0 && el("li", { class: "gone" }, restore));
}

/** Let the chips of these criteria stand out. @param {HTMLElement} container @param {string[]} keys */
export function touchChips(container, keys) {
  for (const chip of container.querySelectorAll(".chip")) {
    chip.classList.toggle("touched", keys.includes(/** @type {HTMLElement} */ (chip).dataset.key ?? ""));
  }
}

function row(chip, number, removed, does) {
  const start = head(chip.text);
  const polarity = start?.polarity ?? "want";
  const says = chip.says || body(chip.text);
  const strength = start?.hard ? "must" : "wish";
  const button = (name, label, onclick, ...inside) =>
    el(
      "button",
      {
        type: "button",
        class: name,
        title: label,
        "aria-label": `${label}: ${says}`,
        "data-focus": `${chip.key} ${name}`,
        onclick,
      },
      ...inside,
    );
  const edit = () => {
    const item = editor(chip, does);
    editing = { key: chip.key, item };
    again();
    const input = item.querySelector("input");
    input?.focus();
    input?.setSelectionRange(chip.text.length, chip.text.length);
  };
  return el(
    "li",
    {
      class: ["chip", ...tone(start), chip.on ? "" : "off"].join(" "),
      "data-key": chip.key,
      "data-text": chip.text,
      onmouseenter: () => does.touch([chip.key]),
      onmouseleave: () => does.touch([]),
      onfocusin: () => does.touch([chip.key]),
      onfocusout: () => does.touch([]),
    },
    toggle(chip, number, says, does),
    button(
      "polarity",
      "Flip to the opposite",
      () => does.change(chip, { text: flipped(chip.text) }),
      polarity,
      start?.assumed && "?",
      icon("flip"),
    ),
    button("says", "Edit the notation", edit, says),
    removed &&
      el(
        "span",
        { class: "removed", title: removedTitle(removed) },
        `−${(removed.violated + removed.unknown).toLocaleString("en")}`,
      ),
    el(
      "span",
      { class: "tools" },
      button(
        "strength",
        strengthLabel(start),
        () => does.change(chip, { text: otherStrength(chip.text) }),
        icon(strength),
      ),
      button("edit", "Edit the notation", edit, icon("edit")),
      button("remove", "Remove", () => does.change(chip, { gone: true }), icon("remove")),
    ),
    chip.question &&
      el(
        "span",
        { class: "question" },
        `Assumed, so it only demotes. ${chip.question} `,
        el(
          "button",
          {
            type: "button",
            class: "link",
            onclick: () => does.change(chip, { text: otherStrength(chip.text) }),
          },
          "Yes, make it a rule",
        ),
      ),
  );
}

const tone = (start) => [start?.positive ? "positive" : "negative", start?.hard ? "hard" : "soft"];

function besides({ id, polarity, says, text, source }) {
  return el(
    "li",
    { class: ["chip", "fixed", ...tone(head(text))].join(" ") },
    el("span", { class: "number" }, id.replace("c", "")),
    el("span", { class: "polarity" }, polarity),
    el("span", { class: "says" }, says),
    el("small", {}, source === "filter" ? "set by the server" : "set by the slider"),
  );
}

function toggle(chip, number, says, does) {
  return el(
    "label",
    { class: "toggle", title: chip.on ? "Switch off" : "Switch on" },
    el("input", {
      type: "checkbox",
      checked: chip.on,
      "aria-label": `Apply: ${says}`,
      "data-focus": `${chip.key} toggle`,
      onchange: () => does.change(chip, { on: !chip.on }),
    }),
    el("span", { class: "number", "aria-hidden": "true" }, chip.on ? String(number) : "–"),
  );
}

function editor(chip, does) {
  const wrong = el("span", { class: "complaint", role: "alert" });
  const input = /** @type {HTMLInputElement} */ (
    el("input", {
      class: "notation",
      "data-focus": "notation",
      value: chip.text,
      "aria-label": "Criterion in the notation",
      spellcheck: "false",
    })
  );
  const close = () => {
    editing = null;
    again();
  };
  const save = (event) => {
    event.preventDefault();
    const text = input.value.trim();
    wrong.textContent = complaint(text);
    if (wrong.textContent) return;
    close();
    does.change(chip, { text });
  };
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  return el(
    "li",
    { class: "chip editing", "data-key": chip.key },
    el(
      "form",
      { onsubmit: save },
      input,
      el("button", { class: "save", type: "submit" }, "Run"),
      el("button", { class: "link", type: "button", onclick: close }, "Cancel"),
    ),
    wrong,
  );
}

function strengthLabel(start) {
  if (start?.assumed) return "Assumed. Make it a rule";
  return start?.hard ? "A rule. Make it a wish" : "A wish. Make it a rule";
}

function removedTitle({ violated, unknown }) {
  const without = unknown ? `, and ${unknown.toLocaleString("en")} that have no value to tell by` : "";
  return `Takes away ${violated.toLocaleString("en")} documents${without}`;
}
