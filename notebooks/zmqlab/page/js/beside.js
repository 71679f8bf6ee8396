// What stands beside a film keeps its height, and so its buttons their places, while something unfolds below the film; and
// stands lower while something higher takes the place of the film's picture, and grows upwards.

/** @param {Element[]} parts  what unfolds below the `transport` of a view. Returns what ends it. */
export function keepBeside(root, transport, parts) {
  function keep() {
    const aside = root.closest(".zl-shown")?.querySelector(":scope > .zl-aside");
    if (!aside) return;
    const view = root.getBoundingClientRect();
    const isHeld = parts.some((part) => !part.hidden) && aside.getBoundingClientRect().left >= view.right;
    aside.style.alignSelf = isHeld ? "flex-start" : "";
    aside.style.minHeight = isHeld ? `${transport.getBoundingClientRect().bottom - view.top}px` : "";
  }
  const watch = new MutationObserver(keep);
  for (const part of parts) watch.observe(part, { attributes: true, attributeFilter: ["hidden"] });
  return () => watch.disconnect();
}

/** Have what stands beside the film that a part is of stand lower by so much (px). */
export function standLower(/** @type {Element} */ part, by) {
  const panel = part.closest(".zl-shown");
  const { left, right } = part.getBoundingClientRect();
  for (const other of panel?.querySelectorAll(":scope > :is(.zl-aside, .zl-card-place)") ?? []) {
    const box = other.getBoundingClientRect();
    other.style.paddingTop = by > 0 && (box.left >= right || box.right <= left) ? `${by}px` : "";
  }
}
