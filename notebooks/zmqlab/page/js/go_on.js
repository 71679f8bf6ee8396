/** Run the next cell of a notebook, and go there. A button would take Shift+Enter for one more press. */
export function goOn(event) {
  if (!event.shiftKey || event.key !== "Enter") return false;
  const next = event.target.closest(".jp-Notebook .jp-Cell")?.nextElementSibling;
  if (!next) return false;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
  const { key, code, keyCode, shiftKey } = event;
  next.dispatchEvent(new KeyboardEvent("keydown", { key, code, keyCode, shiftKey, bubbles: true, cancelable: true }));
  return true;
}
