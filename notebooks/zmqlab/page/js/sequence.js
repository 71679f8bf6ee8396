// The sequence diagram. Only the marks in sight stand in the page, however long it grows.

import { element, svgElement } from "./elements.js";

/** @typedef {import("./state.js").State} State */

const FIRST_ROW = 44; // px: where the diagram stands before its first event
const NOW = 20; // px from a row to the line of the moment that is shown: see sequence.py
const BELOW = 30; // px below the last row
const NAMES = 32; // px: the names of the lanes
const WIDTH = 600; // px at least
const LAST_LANE = 130; // px from the last lane to the right: of six, all are in sight
const AROUND = [-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6]; // px from an arrow, which is thin, where a click still means it
const MARGIN = 100; // px above and below what is in sight, in which marks stand already

/** @param {(message: string) => void} choose  called with the number of a message that is clicked */
export function makeSequence(/** @type {State} */ state, choose) {
  const lanes = svgElement("g");
  const names = svgElement("g"); // stays at the top, in front of what scrolls under it
  const marks = svgElement("g");
  const line = svgElement("path", { class: "zl-now-line" });
  const svg = svgElement("svg", {}, lanes, marks, line, names);
  const root = element("section", { className: "zl-sequence", hidden: true, tabIndex: 0, ariaLabel: "Sequence diagram" }, svg);
  const shown = new Map();
  root.addEventListener("scroll", () => draw(false));
  svg.addEventListener("click", ({ target, clientX, clientY }) => {
    const near = AROUND.map((by) => document.elementFromPoint(clientX, clientY + by));
    const hit = [target, ...near].map((one) => one?.closest("[data-message]")).find((one) => marks.contains(one));
    if (hit) choose(hit.dataset.message);
  });

  /** Draw the moment that the state is at. Unless told otherwise, scroll to it. */
  function draw(follow = true) {
    if (root.hidden) return;
    const row = state.steps[state.applied - 1]?.row ?? FIRST_ROW;
    const actors = [...state.pieces].filter(([name]) => name.startsWith("lanes/")).map(([, lane]) => lane);
    const width = Math.max(root.clientWidth, WIDTH, ...actors.map((lane) => lane.x + LAST_LANE));
    const height = row + BELOW;
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    if (follow) root.scrollTop = Math.max(0, row - root.clientHeight + BELOW);
    drawLanes(actors, width, height);
    const now = row + NOW;
    line.setAttribute("d", `M8,${now}H${width - 8}`);
    drawMarks(root.scrollTop - MARGIN, root.scrollTop + root.clientHeight + MARGIN);
    for (const { piece, group } of shown.values()) {
      if (piece.open) group.firstChild.setAttribute("height", Math.max(0, now - piece.top)); // who waits, waits until now
    }
  }

  function drawLanes(actors, width, height) {
    const top = root.scrollTop;
    const ground = svgElement("rect", { class: "zl-lane-names", y: top, width, height: NAMES });
    const name = (lane) =>
      svgElement("text", { class: "zl-name", "text-anchor": "middle", x: lane.x, y: top + 22 }, lane.name);
    names.replaceChildren(ground, ...actors.map(name));
    lanes.replaceChildren(
      ...actors.map((lane) => svgElement("path", { class: "zl-lane", d: `M${lane.x},${top + NAMES}V${height}` })),
    );
  }

  function drawMarks(top, bottom) {
    const outside = (piece) => (piece.bottom < top && !piece.open) || piece.top > bottom;
    for (const [name, { piece, group }] of shown) {
      if (state.pieces.get(name) === piece && !outside(piece)) continue;
      group.remove();
      shown.delete(name);
    }
    for (const [name, piece] of state.pieces) {
      if (!name.startsWith("sequence/") && !name.startsWith("waits/")) continue;
      if (shown.has(name) || outside(piece)) continue;
      const group = svgElement("g", { "data-piece": name });
      group.innerHTML = piece.svg; // markup made by sequence.py, in which every text is escaped
      if (piece.message) group.dataset.message = piece.message;
      if (name.startsWith("waits/")) marks.prepend(group);
      else marks.append(group);
      shown.set(name, { piece, group });
    }
  }

  return { root, draw };
}
