// The signs on the buttons of the transport.

import { svgElement } from "./elements.js";

const ICONS = {
  start: "M2 1h2v12H2zM13 1v12L5 7z",
  back: "M11 1v12L2 7z",
  pause: "M3 1h3v12H3zM8 1h3v12H8z",
  play: "M3 1v12l9-6z",
  again: "M7 2.2V0L3 3.2l4 3.2V4.2a3.6 3.6 0 1 1-3.6 3.6h-2A5.6 5.6 0 1 0 7 2.2z",
  step: "M2 1v12l6-6zM10 1h2v12h-2z",
};

export function icon(name) {
  return svgElement("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, svgElement("path", { d: ICONS[name] }));
}
