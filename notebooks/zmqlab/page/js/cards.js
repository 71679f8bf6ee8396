// What a card shows: a question or an exercise, drawn from one dict of words. Text stays text: nothing here parses markup.

import { become } from "./become.js";

/** @typedef {{letter: string, text: string, chosen?: boolean, right?: boolean}} Option */
/** @typedef {{kind: string, title: string, text: string}} Note */
/** @typedef {{name: string, right: number, wrong: number, open: number}} Row  what was done of one lesson */
/** @typedef {{heading: string, text: string, options?: Option[], rows?: Row[], locked?: boolean, tick?: string, notes?: Note[],
 *   code?: {title: string, text: string}, busy?: string, done?: number,
 *   buttons?: {label: string, action: string, kind?: string, disabled?: boolean}[]}} View */

/** Make an element of a card. `text` may hold `code` between backticks. */
export function make(tag, kind, text = "", attributes = {}) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  text.split("`").forEach((part, place) => {
    if (place % 2 === 0) return element.append(part);
    element.append(Object.assign(document.createElement("code"), { textContent: part }));
  });
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function option(/** @type {Option} */ { letter, text, chosen, right }, locked, tick, answer) {
  const button = make("button", "zl-option", "", { type: "button", role: "radio", "aria-checked": String(!!chosen) });
  const mark = make("span", "zl-radio", "", { "aria-hidden": "true" });
  button.append(mark, make("b", "", letter), make("span", "", text));
  if (right) button.append(make("span", "zl-tick", `✓ ${tick}`));
  button.dataset.key = `option ${letter}`;
  if (locked) button.setAttribute("aria-disabled", "true");
  else button.onclick = () => answer(letter);
  return button;
}

/** The options are one stop for the Tab key; arrows move among them, as in every group of radio buttons. */
function moveByArrows(group) {
  const options = [...group.children];
  const first = Math.max(0, options.findIndex((one) => one.getAttribute("aria-checked") === "true"));
  options.forEach((one, place) => (one.tabIndex = place === first ? 0 : -1));
  group.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...event.currentTarget.children];
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.focus();
    event.preventDefault();
  };
}

function note(/** @type {Note} */ { kind, title, text }) {
  const box = make("div", `zl-note-box zl-note-${kind}`);
  box.append(make("strong", "", title));
  for (const paragraph of text.split("\n").filter(Boolean)) box.append(make("p", "", paragraph));
  return box;
}

const SHARES = ["right", "wrong", "open"];

/** A lesson's name, a bar of what was right, wrong and is open, and the same in words. */
function row(/** @type {Row} */ done) {
  const line = make("li", "zl-done");
  const bar = make("span", "zl-done-bar", "", { "aria-hidden": "true" });
  for (const share of SHARES) {
    if (!done[share]) continue;
    const part = make("span", `zl-done-${share}`);
    part.style.flexGrow = done[share];
    bar.append(part);
  }
  const all = done.right + done.wrong + done.open;
  const words = SHARES.filter((share) => done[share]).map((share) => `${done[share]} ${share}`);
  const said = done.open === all ? "not begun" : done.right === all ? "all right" : words.join(", ");
  line.append(make("span", "zl-done-name", done.name), bar, make("span", "zl-done-words", said));
  return line;
}

export function drawCard(card, /** @type {View} */ view, press) {
  const parts = [make("div", "zl-heading", view.heading), ...view.text.split("\n").map((line) => make("p", "", line))];
  if (view.options?.length) {
    const group = make("div", "zl-options", "", { role: "radiogroup", "aria-label": view.text });
    group.append(...view.options.map((one) => option(one, view.locked, view.tick, (letter) => press("answer", letter))));
    moveByArrows(group);
    parts.push(group);
  }
  if (view.rows?.length) {
    const list = make("ul", "zl-rows");
    list.append(...view.rows.map(row));
    parts.push(list);
  }
  // Above all that comes and goes: so no button moves away from under the pointer.
  if (view.buttons?.length) {
    const row = make("div", "zl-buttons");
    for (const { label, action, kind, disabled } of view.buttons) {
      const button = make("button", `zl-button zl-button-${kind || "plain"}`, label, { type: "button" });
      button.dataset.key = action;
      // One that is truly disabled would lose the focus, and with it the card would not follow what it says next.
      if (disabled) button.setAttribute("aria-disabled", "true");
      else button.onclick = () => press(action);
      row.append(button);
    }
    parts.push(row);
  }
  if (view.busy) {
    const bar = make("progress", "", "", { max: "1", "aria-label": view.busy });
    if (view.done !== undefined) bar.value = view.done;
    const line = make("div", "zl-busy", view.busy);
    line.append(bar);
    parts.push(line);
  }
  const told = make("div", "", "", { role: "status" });
  told.append(...(view.notes ?? []).map(note));
  parts.push(told);
  if (view.code) {
    const code = document.createElement("pre");
    code.textContent = view.code.text;
    code.tabIndex = 0;
    const shown = make("div", "zl-code");
    shown.append(make("div", "zl-code-title", view.code.title), code);
    parts.push(shown);
  }
  become(card, parts);
}
