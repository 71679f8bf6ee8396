// One message, frame by frame. Everything in it is text.

import { toClipboard } from "./clipboard.js";
import { element } from "./elements.js";
import { showOpened } from "./follow.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{size: number, text: string, bytes: string}} Frame */
/** @typedef {{title: string, way: string, why: string[], python: string, frames: Frame[],
 *             places?: {names: string[], rows: {is: string, cells: (Frame|null)[]}[]}}} About  a message: the piece `messages/<number>` */

const UNKNOWN = {};
const NO_CODE = "This record does not hold its code.";

export function makeInspector(/** @type {State} */ state) {
  const root = element("section", { className: "zl-inspector", hidden: true, tabIndex: 0, ariaLabel: "One message" });
  let chosen = null;
  let shown = null; // of the chosen message; of another, nothing is ever shown

  /** Show a message by its number, or none. */
  function choose(/** @type {string|null} */ number) {
    if (number !== chosen) shown = null;
    chosen = number;
    root.hidden = number === null;
    draw();
    comeIntoSight();
  }

  /** Show the code of an actor by its name, or say that it was not kept. */
  function chooseActor(/** @type {string} */ name) {
    chosen = shown = null;
    root.hidden = false;
    const kept = state.pieces.get(`code/${name}`);
    const code = kept ? element("pre", { textContent: kept, tabIndex: 0 }) : element("p", { textContent: NO_CODE });
    const whose = name === "you" ? "your code" : "its code";
    root.replaceChildren(header(element("strong", { textContent: name }), element("span", { textContent: whose })), code);
    comeIntoSight();
  }

  /** Whoever has pressed must see what came of it: it opens below the picture, often below the window. */
  function comeIntoSight() {
    if (!root.hidden) requestAnimationFrame(() => showOpened(root));
  }

  function draw() {
    if (root.hidden || chosen === null) return;
    const about = state.pieces.get(`messages/${chosen}`) ?? UNKNOWN;
    if (about === shown) return;
    if (about === UNKNOWN && shown) return; // what was known of it stays, where the film is taken back before it
    shown = about;
    root.replaceChildren(...(about === UNKNOWN ? unknown() : known(about)));
  }

  function header(...words) {
    const close = element("button", { type: "button", ariaLabel: "Close", title: "Close" }, "✕");
    close.addEventListener("click", () => choose(null));
    return element("header", {}, ...words, close);
  }

  /** Of a burst, or long ago: the picture knows that there was a message, and no more. */
  function unknown() {
    const words = "Its frames were not kept: it was one of very many, or long ago.";
    return [header(element("strong", { textContent: `Message ${chosen}` })), element("p", { textContent: words })];
  }

  function known(/** @type {About} */ about) {
    const copy = element("button", { type: "button", className: "zl-link-button" }, "Copy as Python");
    copy.addEventListener("click", async () => {
      copy.textContent = (await toClipboard(about.python)) ? "Copied" : "Select it, and copy it by hand";
    });
    return [
      header(element("strong", { textContent: about.title }), element("span", { textContent: about.way })),
      about.places ? atEachPlace(about.places) : table(["frame", "bytes", "content"], about.frames.map(row)),
      ...about.why.map((line) => element("p", { textContent: line })),
      element("code", { textContent: about.python }),
      copy,
    ];
  }

  return { root, choose, chooseActor, draw };
}

function table(names, rows) {
  const head = names.map((name) => element("th", { textContent: name, scope: "col" }));
  return element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
}

/** A message with an envelope: a column a place, a row a frame. What a place does not have is a dash. */
function atEachPlace({ names, rows }) {
  const cell = (frame) => (frame ? element("td", { title: `${frame.size} bytes` }, ...content(frame)) : element("td", { textContent: "–" }));
  return table(["frame", ...names], rows.map((row) => element("tr", {}, element("td", { textContent: row.is }), ...row.cells.map(cell))));
}

function content(frame) {
  return [element("strong", { textContent: frame.text }), element("div", { textContent: frame.bytes })];
}

function row(frame, index) {
  return element(
    "tr",
    {},
    element("td", { textContent: index + 1 }),
    element("td", { textContent: frame.size.toLocaleString("en") }),
    element("td", {}, ...content(frame)),
  );
}
