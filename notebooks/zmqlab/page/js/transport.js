// The buttons that move the film, the scrubber and the speed, in one line; below it, in a line each, where the film
// is and the sum: so words that grow move no button. What a press does: moves.js.

import { element } from "./elements.js";
import { icon } from "./icons.js";
import { makeScrubber } from "./scrubber.js";
import { isAtEnd } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Step} Step */

const SPEEDS = [[0.25, "¼ ×"], [0.5, "½ ×"], [1, "1 ×"], [2, "2 ×"]];

/**
 * @param {import("./timeline.js").Timeline} timeline
 * @param {{more: Element[], below: Element[]}} parts  what else stands in the line, behind these; and in that below it
 */
export function makeTransport(timeline, { more, below }) {
  const { state } = timeline;
  const button = (move, sign, label, keys) => {
    const made = element("button", { type: "button", title: `${label} (${keys})`, ariaLabel: label }, icon(sign));
    made.addEventListener("click", () => timeline.press(move));
    return made;
  };
  const toggle = button("toggle", "pause", "Pause", "space");
  const live = element("button", { type: "button", className: "zl-to-now" });
  live.addEventListener("click", () => timeline.press("live"));
  const speed = element("select", { ariaLabel: "Speed", title: "Speed of the film" });
  for (const [value, label] of SPEEDS) {
    speed.append(element("option", { value, textContent: label, selected: value === state.speed }));
  }
  speed.addEventListener("change", () => timeline.setSpeed(Number(speed.value)));
  const scrubber = makeScrubber(timeline.goTo);
  const buttons = element(
    "div",
    { className: "zl-buttons" },
    button("start", "start", "To the start", "Home"),
    button("back", "back", "Back one event", "←"),
    toggle,
    button("step", "step", "Forward one event", "→"),
    live,
    scrubber.root,
    speed,
    ...more,
  );
  const lines = element("div", { className: "zl-words" }, ...below);
  const root = element("div", { className: "zl-transport", role: "toolbar", ariaLabel: "Playback" }, buttons, lines);
  let signed = "";

  /** Show `all` events, of which so many are `done`. `over` says that nothing more will come of what was live. */
  function draw(/** @type {Step[]} */ all, done, over = false) {
    scrubber.draw(all, done, state.forgotten);
    const [sign, label] = isAtEnd(state) ? ["again", "Play again"] : state.playing ? ["pause", "Pause"] : ["play", "Play"];
    if (signed !== sign) toggle.replaceChildren(icon(sign));
    signed = sign;
    toggle.ariaLabel = label;
    toggle.title = `${label} (space)`;
    live.textContent = state.ends || over ? "End" : "Live";
    live.title = state.ends || over ? "To the end (End)" : "Follow what happens now (End)";
    live.ariaPressed = String(state.live || isAtEnd(state));
    speed.value = String(state.speed);
  }

  return { root, draw };
}
