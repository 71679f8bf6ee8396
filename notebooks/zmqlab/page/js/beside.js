// What stands beside a film keeps its height, and so its buttons their places, while something unfolds below the film.

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
