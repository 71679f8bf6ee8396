// A place to drag to for each event, and a mark for each; where there are many, for the faults and losses.

import { element, svgElement } from "./elements.js";

/** @typedef {import("./state.js").Step} Step */

const MANY = 60; // events

/** @param {(event: number) => void} goTo  called with the number of the event that it is dragged to; 0 is the beginning */
export function makeScrubber(goTo) {
  const input = element("input", { type: "range", min: 0, max: 0, value: 0, ariaLabel: "Event" });
  input.addEventListener("input", () => goTo(Number(input.value)));
  const marks = svgElement("svg", { "aria-hidden": "true" });
  const root = element("span", { className: "zl-scrubber" }, marks, input);
  let marked = -1;

  /** Show `all` events, of which so many are `done`. So many before them are `forgotten`. */
  function draw(/** @type {Step[]} */ all, done, forgotten) {
    input.max = String(all.length);
    input.value = String(done);
    input.disabled = all.length === 0;
    input.ariaValueText = done ? `event ${forgotten + done} of ${forgotten + all.length}: ${all[done - 1].say}` : "the beginning";
    if (marked !== all.length) drawMarks(all);
    marked = all.length;
  }

  function drawMarks(all) {
    marks.replaceChildren();
    marks.setAttribute("viewBox", `0 0 ${Math.max(1, all.length)} 8`);
    marks.setAttribute("preserveAspectRatio", "none");
    const wide = all.length / MANY;
    all.forEach(({ kind }, index) => {
      const x = index + 1;
      const fault = kind === "fault" || kind === "loss";
      if (all.length > MANY && !fault) return;
      const d = fault ? `M${x - wide},8h${2 * wide}l${-wide},-8z` : `M${x - wide / 4},5h${wide / 2}v3h${-wide / 2}z`;
      marks.append(svgElement("path", { class: `zl-mark-${kind}`, d }));
    });
  }

  return { root, draw };
}
