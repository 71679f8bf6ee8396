// The buttons that move the film, the scrubber and the speed, in one line. What a press does: moves.js.

import { element } from "./elements.js";
import { icon } from "./icons.js";
import { makeScrubber } from "./scrubber.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Step} Step */

const SPEEDS = [[0.25, "¼ ×"], [0.5, "½ ×"], [1, "1 ×"], [2, "2 ×"]];

/**
 * @param {import("./timeline.js").Timeline} timeline
 * @param {boolean} film  it is a recording: nothing more will come
 * @param {Element[]} more  what else stands in the line, behind these
 */
export function makeTransport(timeline, film, ...more) {
  const { state } = timeline;
  const button = (move, sign, label, keys) => {
    const made = element("button", { type: "button", title: `${label} (${keys})`, ariaLabel: label }, icon(sign));
    made.addEventListener("click", () => timeline.press(move));
    return made;
  };
  const toggle = button("toggle", "pause", "Pause", "space");
  const [toNow, now] = film ? ["To the end (End)", "End"] : ["Follow what happens now (End)", "Live"];
  const live = element("button", { type: "button", title: toNow }, now);
  live.addEventListener("click", () => timeline.press("live"));
  const speed = element("select", { ariaLabel: "Speed", title: "Speed of the film" });
  for (const [value, label] of SPEEDS) {
    speed.append(element("option", { value, textContent: label, selected: value === state.speed }));
  }
  speed.addEventListener("change", () => timeline.setSpeed(Number(speed.value)));
  const scrubber = makeScrubber(timeline.goTo);
  const root = element(
    "div",
    { className: "zl-transport", role: "toolbar", ariaLabel: "Playback" },
    button("start", "start", "To the start", "Home"),
    button("back", "back", "Back one event", "←"),
    toggle,
    button("step", "step", "Forward one event", "→"),
    live,
    scrubber.root,
    speed,
    ...more,
  );

  /** Show `all` events, of which so many are `done`. */
  function draw(/** @type {Step[]} */ all, done) {
    scrubber.draw(all, done);
    toggle.replaceChildren(icon(state.playing ? "pause" : "play"));
    toggle.ariaLabel = state.playing ? "Pause" : "Play";
    toggle.title = `${toggle.ariaLabel} (space)`;
    toggle.ariaPressed = String(!state.playing);
    live.ariaPressed = String(state.live);
    speed.value = String(state.speed);
  }

  return { root, draw };
}
