import { element } from "./elements.js";

/** Copy text. Returns whether it worked. Pages without https have no clipboard of the new kind; most have the old one. */
export async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const area = element("textarea", { value: text });
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
