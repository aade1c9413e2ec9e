/**
 * Elements, built without markup: text is only ever set as text, so what a document says stays what it says.
 */

const SVG = "http://www.w3.org/2000/svg";

/** Drawings of 16 by 16, by the name of what they do. */
const ICONS = {
  flip: "M3 5.5h9M9.5 3 12 5.5 9.5 8M13 10.5H4M6.5 8 4 10.5 6.5 13",
  must: "M4.5 7V5.5a3.5 3.5 0 0 1 7 0V7M3.5 7h9v6h-9z",
  wish: "M4.5 7V5.5a3.5 3.5 0 0 1 6.8-1.2M3.5 7h9v6h-9z",
  edit: "M3 13l.7-2.9L10.5 3.3l2.2 2.2L5.9 12.3z",
  remove: "M4 4l8 8M12 4l-8 8",
  met: "M3.5 8.5l3 3 6-7",
  violated: "M4 4l8 8M12 4l-8 8",
  unmet: "M4 8h8",
  unknown: "M6 6.2a2 2 0 1 1 2.9 1.8c-.7.4-.9.8-.9 1.5M8 12.2v.1",
  out: "M6.5 4H4v8h8V9.5M9 3.5h3.5V7M12 4 7.5 8.5",
};

/**
 * An element with its attributes, listeners (`onclick`) and children; strings become text nodes.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] null and false leave an attribute out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  return /** @type {HTMLElement} */ (dress(document.createElement(tag), attributes, children));
}

/**
 * The same for drawings.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  return /** @type {SVGElement} */ (dress(document.createElementNS(SVG, tag), attributes, children));
}

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const box = { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" };
  return svg("svg", box, svg("path", { d: ICONS[name] }));
}

/**
 * Replace what a container shows; whoever had the focus keeps it, found again by its `data-focus`.
 * @param {Element} container
 * @param {...(Node | string | null | undefined | false)} children
 */
export function redraw(container, ...children) {
  const held = container.contains(document.activeElement) ? document.activeElement : null;
  const name = held instanceof HTMLElement ? held.dataset.focus : undefined;
  container.replaceChildren(...children.filter(present));
  if (name) focusable(container, name)?.focus();
}

/**
 * "1 document", "2,310 documents".
 * @param {number} count
 * @param {string} one
 */
export function counted(count, one) {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}

function focusable(container, name) {
  return [...container.querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === name);
}

function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (present(value)) element.setAttribute(name, String(value));
  }
  element.append(...children.filter(present));
  return element;
}

/** @param {any} value @returns {value is Node | string} */
const present = (value) => value !== null && value !== undefined && value !== false;
