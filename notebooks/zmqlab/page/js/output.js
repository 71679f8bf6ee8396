// What a control shows of what happened: those pieces of a film that are its own, in the order of their names.

import { element } from "./elements.js";

/** @typedef {import("./state.js").State} State */

/** @param {number} place  which output of the film it is */
export function makeOutput(/** @type {State} */ state, place) {
  const prefix = `outputs/${place}/`;
  const root = element("div", { className: "zl-messages" });
  const shown = new Map(); // by name: the piece, and where it stands
  let drawn = -1;

  function draw() {
    if (drawn === state.version) return;
    drawn = state.version;
    const names = [...state.pieces.keys()].filter((name) => name.startsWith(prefix)).sort();
    const wanted = new Set(names);
    for (const [name, { part }] of shown) {
      if (wanted.has(name)) continue;
      part.remove();
      shown.delete(name);
    }
    names.forEach((name, index) => {
      const piece = state.pieces.get(name);
      const one = shown.get(name) ?? { part: element("div") };
      if (one.piece !== piece) one.part.innerHTML = piece; // markup made by an output, in which every text is escaped
      one.piece = piece;
      shown.set(name, one);
      if (root.children[index] !== one.part) root.insertBefore(one.part, root.children[index] ?? null);
    });
  }

  return { root, draw };
}
