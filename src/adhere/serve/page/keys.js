/**
 * Everything by keyboard: / to the query, arrows from hit to hit, Escape closes what is open.
 */

import { closeHit, step } from "./results.js";

/**
 * @param {HTMLInputElement} query
 * @param {HTMLElement} hits
 * @param {HTMLElement} facets
 */
export function listen(query, hits, facets) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea");
    if (event.key === "Escape") {
      if (!closeFacets(facets) && !closeHit(hits)) blur();
    } else if (event.key === "/" && !typing) {
      event.preventDefault();
      query.focus();
    } else if (event.key === "ArrowDown" && (!typing || event.target === query)) {
      if (step(hits, 1)) event.preventDefault();
    } else if (event.key === "ArrowUp" && !typing && hits.contains(document.activeElement)) {
      event.preventDefault();
      if (!step(hits, -1)) query.focus();
    }
  });
  document.addEventListener("click", ({ target }) => {
    // A chosen value is drawn anew, so it is no longer in the page when its click arrives here.
    if (target instanceof Element && target.isConnected && !facets.contains(target)) closeFacets(facets);
  });
}

function closeFacets(facets) {
  const open = facets.querySelector("details[open]");
  if (open) open.open = false;
  return open !== null;
}

function blur() {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
