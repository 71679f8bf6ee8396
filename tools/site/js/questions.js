// Questions that can be answered without a kernel. The first answer counts: it is kept in this browser, and nowhere else.

import { drawCard } from "./cards.js";
import { element } from "./elements.js";

const KEPT = "zmqlab: "; // how the names of what is kept begin

/** @typedef {{name: string, heading: string, text: string, options: Object<string, string>, said: Object<string, string>,
 *             right: string, observed: string, tick: string}} Question */

/** Let a question be answered; what came of it stays folded until then. */
export function ask(place, films) {
  /** @type {Question} */
  const question = JSON.parse(place.querySelector("script").textContent);
  const after = place.querySelector(".ask-after");
  const card = element("section", { className: "zl-card", role: "group", ariaLabel: question.heading });
  place.querySelector(".ask-plain").replaceWith(card);
  let answer = kept(question.name);
  const draw = () => drawCard(card, viewOf(question, answer), press);

  function press(action, letter) {
    if (action !== "answer" || answer) return;
    answer = letter;
    keep(question.name, letter);
    draw();
    reveal();
  }

  function reveal() {
    if (!after) return;
    after.hidden = false;
    after.querySelector("details").open = true;
    for (const film of after.querySelectorAll(".film")) films.load(film);
  }

  draw();
  if (after) after.hidden = !answer;
  if (answer) reveal();
}

function viewOf(/** @type {Question} */ { heading, text, options, said, right, observed, tick }, answer) {
  const listed = Object.entries(options).map(([letter, words]) => ({
    letter,
    text: words,
    chosen: letter === answer,
    right: Boolean(answer) && letter === right,
  }));
  if (!answer) return { heading, text, options: listed, tick };
  const hit = answer === right;
  const was = observed ? `, and so it was. What happened: ${observed}.` : ", and so it is.";
  const was_not = observed ? `. What happened: ${observed}.` : ". It is not so.";
  const told = hit ? said[answer] : `${said[answer]}\n${said[right]}`;
  const note = { kind: hit ? "right" : "wrong", title: `You said ${answer}${hit ? was : was_not}`, text: told };
  return { heading, text, options: listed, tick, locked: true, notes: [note] };
}

function kept(name) {
  try {
    return localStorage.getItem(KEPT + name) ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

function keep(name, letter) {
  try {
    localStorage.setItem(KEPT + name, letter);
  } catch {
    // then it is forgotten with the page
  }
}

/** A button that forgets all answers, where the page has one. */
export function forgetting() {
  const button = document.querySelector("[data-forget]");
  button?.addEventListener("click", () => {
    for (const name of Object.keys(localStorage)) if (name.startsWith(KEPT)) localStorage.removeItem(name);
    button.textContent = "Forgotten";
  });
}
