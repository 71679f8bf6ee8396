// One a film, shared by all views of it: lets time pass, has each view draw, and says what it has to say to whoever tells it.
// It knows of no widget, and sleeps while nothing moves.

import { hear } from "./arrivals.js";
import { makeLooking } from "./looking.js";
import { goTo, MOVES, setSpeed } from "./moves.js";
import { advance, catchUp, see } from "./playing.js";
import { isMoving } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {ReturnType<typeof makeTimeline>} Timeline */
/** @typedef {{type: "hello"}|{type: "caught up"}|{type: "looking"}} Said  it asks for what there was; it has shown all it
 *   was told; somebody looks */

const LONGEST = 100; // ms that pass between two frames at most: a hidden page must not jump

/**
 * @param {State} state  changed by the functions returned here alone
 * @param {(said: Said) => void} say
 */
export function makeTimeline(state, say = () => null) {
  const views = new Set();
  const looking = makeLooking(() => say({ type: "looking" }));
  let frame = 0;
  let last = 0;

  function tick(now) {
    advance(state, Math.max(0, Math.min(LONGEST, now - last)));
    last = now;
    for (const view of views) view.draw();
    const moving = isMoving(state);
    frame = moving && views.size ? requestAnimationFrame(tick) : 0;
    if (!moving && catchUp(state)) say({ type: "caught up" }); // so that the film need not say less any more
  }

  /** Draw once more, and as long as something moves. */
  function wake() {
    if (frame || !views.size) return;
    last = performance.now();
    frame = requestAnimationFrame(tick);
  }

  const waking = (change) => (...values) => {
    change(state, ...values);
    wake();
  };

  return {
    /** @type {Readonly<State>} */ state,
    wake,
    /** Draw one more view, `{draw()}`, whenever something has changed. Returns what ends it. */
    add(view) {
      views.add(view);
      view.draw();
      wake();
      return () => views.delete(view);
    },
    /** Take in a message from Python, or of the same shape. */
    hear(message) {
      if (hear(state, message)) say({ type: "hello" });
      looking.heard();
      wake();
    },
    /** Do what a button of the transport does: start, back, toggle, step, live, pause. */
    press: waking((_state, move) => MOVES[move](state)),
    /** Go to an event by its number: 0 is before the first. */
    goTo: waking(goTo),
    setSpeed: waking(setSpeed),
    /** Note whether a view of it is in sight: a recording begins then. */
    see: waking(see),
    /** Say whether somebody looks at an element of the page that shows some of it. Returns what ends that. */
    watch: looking.watch,
  };
}
