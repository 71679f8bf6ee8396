// The picture, piece by piece, so that only what changed is touched; between two steps only pills move.

import { element, svgElement } from "./elements.js";
import { pointAt, pointsAlong } from "./paths.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Piece} Piece */

const LAYERS = ["links", "actors", "notes", "pills"]; // from behind to the front; of others, pieces stand elsewhere
const LITTLE = 1.12; // how much higher a picture may become and be drawn smaller instead
const TO_GROW = 1.2; // how much higher a picture may become in the room that it has from the beginning, while more may come
const LINES_TO_GROW = 36; // the same at least: two lines of its text, in its own px

/**
 * @param {(message: string) => void} choose  called with the number of a message that is clicked
 * @param {(actor: string) => void} chooseActor  called with the name of an actor that is clicked
 * @param {boolean} grows  whether more may come than a film that is told whole
 */
export function makePicture(/** @type {State} */ state, title, choose, chooseActor, grows) {
  const name = svgElement("title");
  const layers = Object.fromEntries(LAYERS.map((layer) => [layer, svgElement("g")]));
  const svg = svgElement("svg", { class: "zl-picture", role: "img" }, name, ...Object.values(layers));
  const root = element("div", { className: "zl-picture-ground" }, svg);
  const keepHigh = steady(root, svg, () => grows && !state.ends);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const shown = new Map();
  let drawn = -1;
  let actors = 0;
  let ended = state.ends;
  root.addEventListener("click", (event) => {
    const pill = event.target.closest("[data-piece^='pills/']")?.dataset.piece;
    if (pill) return choose(pill.split("/")[1]);
    const identity = event.target.closest("[data-message]")?.dataset.message;
    if (identity) return choose(numberOf(identity));
    const piece = event.target.closest("[data-piece^='actors/'], [data-piece^='notes/']")?.dataset.piece ?? "";
    const actor = piece.slice(piece.indexOf("/") + 1);
    if (state.pieces.has(`actors/${actor}`)) chooseActor(actor);
  });

  /** The number of the message that stands there, or of the first of several; "" where that is not kept. */
  function numberOf(identity) {
    const [first] = identity.split(/[ -]/);
    const about = [...state.pieces].find(([name, piece]) => name.startsWith("messages/") && piece.message === first);
    return about ? about[0].split("/")[1] : "";
  }

  function draw() {
    if (drawn !== state.version) drawPieces();
    if (ended !== state.ends) keepHigh(ended = state.ends);
    for (const [name, entry] of shown) if (name.startsWith("pills/")) place(entry);
  }

  function drawPieces() {
    drawn = state.version;
    for (const [name, { group }] of shown) {
      if (state.pieces.has(name)) continue;
      group.remove();
      shown.delete(name);
    }
    for (const [name, piece] of state.pieces) if (shown.get(name)?.piece !== piece) show(name, piece);
    const size = state.pieces.get("size");
    if (size && svg.getAttribute("viewBox") !== `0 0 ${size}`) {
      svg.setAttribute("viewBox", `0 0 ${size}`);
      svg.style.setProperty("--zl-width", size.split(" ")[0]);
      const before = actors;
      actors = [...shown.keys()].filter((name) => name.startsWith("actors/")).length;
      keepHigh(false, actors > before);
    }
    name.textContent = `${title}: ${state.pieces.get("totals") ?? ""}`;
  }

  function show(name, /** @type {Piece} */ piece) {
    const layer = layers[name.split("/")[0]];
    if (!layer) return;
    const group = svgElement("g", { "data-piece": name });
    const still = typeof piece === "string";
    group.innerHTML = still ? piece : piece.svg; // markup made by drawing.py, in which every text is escaped
    const old = shown.get(name)?.group;
    if (old) old.replaceWith(group);
    else layer.append(group);
    shown.set(name, { piece, group, points: still ? null : pointsAlong(piece.d) });
  }

  function place({ piece, group, points }) {
    const along = (state.clock - piece.from) / (piece.to - piece.from);
    const visible = along >= 0 && along < 1;
    group.style.display = visible ? "" : "none";
    if (!visible) return;
    const eased = calm.matches ? 0.5 : along * along * (3 - 2 * along);
    const [x, y] = pointAt(points, piece.back ? 1 - eased : eased);
    group.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`);
  }

  return { root, draw };
}

/**
 * Have a picture keep its height, so that nothing below it moves: while more may come it has room to grow, and one that grows a
 * little beyond that is drawn smaller, as long as none of its text is smaller than it was designed. In a window of another width
 * it begins anew, and so it does when nothing more will come, unless somebody is about to press something.
 * @param {() => boolean} grows  whether more may come
 * @returns what to call when its size has changed, with whether nothing more will come, and whether there are more actors: then
 *   it moves what is below in any case, and has room for what will be said of them at once
 */
function steady(root, svg, grows) {
  let high = 0, wide = 0;
  function keepHigh(over = false, more = false) {
    if (!root.clientWidth) return; // it does not stand in the page yet
    const isInUse = root.closest(".zl-shown, .zl-stage")?.matches(":hover, :focus-within");
    if (root.clientWidth !== wide || (over && !isInUse)) [high, wide] = [0, root.clientWidth];
    svg.style.height = "";
    const natural = svg.getBoundingClientRect().height;
    const holds = natural <= high * LITTLE && high >= svg.viewBox.baseVal.height;
    const withRoom = natural + (grows() ? roomToGrow(natural) : 0);
    if (more ? withRoom > high : !holds && natural > high) high = withRoom;
    if (high !== natural) svg.style.height = `${high}px`;
  }
  /** As much as there is in the window. */
  function roomToGrow(natural) {
    const most = parseFloat(getComputedStyle(svg).maxHeight) || Infinity;
    const lines = (LINES_TO_GROW * natural) / svg.viewBox.baseVal.height;
    return Math.max(0, Math.min(most, Math.max(natural * TO_GROW, natural + lines)) - natural);
  }
  new ResizeObserver(() => root.clientWidth !== wide && keepHigh()).observe(root);
  return keepHigh;
}
