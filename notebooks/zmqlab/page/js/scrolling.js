// Scrolls the notebook just so far as it must. Where this is not JupyterLab, the page is scrolled only for what grows upwards.

const MARGIN = 8; // px

/** The part of the page that scrolls the notebook, or null. */
export const scrollerOf = (/** @type {Element} */ el) => el.closest(".jp-WindowedPanel-outer");

/** How far a box is below the top of the notebook's window, and below its bottom, with a margin (px). */
export function beyond(box, /** @type {Element} */ scroller) {
  const window = scroller.getBoundingClientRect();
  return { top: box.top - window.top - MARGIN, bottom: box.bottom - window.bottom + MARGIN };
}

/** How far to scroll for a box to be whole in sight, or its beginning where it is too high (px). */
export const toSee = ({ top, bottom }) => (top < 0 ? top : Math.max(0, Math.min(top, bottom)));

/** How far to scroll for as much of a box to be in sight as there can be (px). */
export const toSeeMost = ({ top, bottom }) => (bottom > 0 ? Math.max(0, Math.min(top, bottom)) : Math.min(0, Math.max(top, bottom)));

/** Scroll by so much (px), or by less: a box that is `kept` stays in sight. */
export function scrollBy(scroller, by, kept = null) {
  if (kept) {
    const { top, bottom } = beyond(kept, scroller);
    by = by > 0 ? Math.min(by, Math.max(0, top)) : Math.max(by, Math.min(0, bottom));
  }
  if (Math.abs(by) > 1) scroller.scrollTop += by;
}

/**
 * Make a change above what is `pressed`, which keeps its place in the window: what grows there, grows upwards.
 * @returns how far that has moved down all the same, where the page cannot be scrolled (px)
 */
export function growUpwards(/** @type {Element} */ pressed, /** @type {() => void} */ change) {
  const { top } = pressed.getBoundingClientRect();
  change();
  const scroller = scrollerOf(pressed) ?? document.scrollingElement;
  scroller.scrollTop += pressed.getBoundingClientRect().top - top;
  return pressed.getBoundingClientRect().top - top;
}

/** How high a part could be from its bottom to the top of the window (px). */
export function roomAbove(/** @type {Element} */ part) {
  const { bottom } = part.getBoundingClientRect();
  const scroller = scrollerOf(part);
  return scroller ? beyond({ top: bottom, bottom }, scroller).top : bottom;
}
