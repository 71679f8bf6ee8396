// The state of a film, and the picture at a moment of it. It knows nothing of ZeroMQ: it applies steps and takes them back.
// Python computes what there is to see (drawing.py) and when (playback.py).
//
// There is one state a film, and a function for each way in which it may change. They stand here (the picture at a
// moment), in playing.js (as time passes), moves.js (as somebody presses) and arrivals.js (as news come), and
// nowhere else: all others read.

/** @typedef {{svg: string, d: string, back: boolean, from: number, to: number}} Pill */
/** @typedef {{svg: string, top: number, bottom: number, message?: number, open?: boolean}} Mark  of the sequence diagram; `open`: it
 *   reaches down to the moment that is shown */
/** @typedef {string|Pill|Mark|Object} Piece */
/** @typedef {{at: number, kind: string, put: Object<string, Piece>, drop: string[], say: string, real: number,
 *             cut: number, row: number, before?: Object<string, Piece|undefined>}} Step */

/**
 * @typedef {object} State
 *
 * What there is:
 * @property {Step[]} steps  in order; the oldest go when there are too many
 * @property {boolean} trimmed  the first of these steps was not the first of all
 * @property {number} forgotten  so many that one could stop at have gone since this page opened: the others keep their numbers
 * @property {number} sequence  the number of the last message that was heard
 * @property {boolean} begun  the past that this page missed has come
 * @property {boolean} gap  a message was lost, and the whole picture that heals it has not come
 * @property {boolean} ends  it is a recording: nothing more will come than is announced
 * @property {number} [history]  the number of the past that was taken over
 * @property {number} parts  of a recording, so many messages with steps are still to come
 * @property {string} scale  of a recording, in words: how long it really took
 *
 * The moment:
 * @property {number} clock  film ms
 * @property {number} applied  how many of the steps are
 * @property {Map<string, Piece>} pieces  the picture at that moment
 * @property {number} version  changes with every change to the pieces
 * @property {boolean} inVain  somebody has pressed to go on or back, and there is nothing to go to
 *
 * How it goes on:
 * @property {boolean} playing
 * @property {boolean} live  it follows what happens now; never, where it ends
 * @property {number} rest  film ms at which a recording stands when it was seen: where it tells most
 * @property {boolean} wasBehind  live was behind, or may have been before this page opened, and has not caught up since
 * @property {number} speed
 * @property {boolean} unseen  a recording that waits until it is in sight
 * @property {boolean} inSight
 */

export const TICK = 0.1; // film ms: the smallest step of the clock, so that each event can be stopped at

/**
 * A state with this picture, and nothing before it.
 * @returns {State}
 */
export function newState({ pieces = {}, sequence = 0, at = 0, ends = false } = {}) {
  return {
    steps: [],
    trimmed: false,
    forgotten: 0,
    sequence,
    begun: false,
    gap: false,
    ends,
    parts: 0,
    scale: "",
    clock: at,
    applied: 0,
    pieces: new Map(Object.entries(pieces)),
    version: 0,
    inVain: false,
    playing: !ends,
    live: !ends,
    rest: Infinity,
    wasBehind: true,
    speed: 1,
    unseen: false,
    inSight: false,
  };
}

/** Bring the picture to a moment of the film: every step up to it applied, none after it. */
export function seek(/** @type {State} */ state, clock) {
  state.clock = clock;
  state.inVain = false;
  while (state.applied < state.steps.length && state.steps[state.applied].at <= clock) apply(state);
  while (state.applied > 0 && state.steps[state.applied - 1].at > clock) takeBack(state);
}

function apply(state) {
  const step = state.steps[state.applied++];
  step.before = {};
  for (const name of step.drop) {
    step.before[name] = state.pieces.get(name);
    put(state, name, undefined);
  }
  for (const [name, piece] of Object.entries(step.put)) {
    if (!(name in step.before)) step.before[name] = state.pieces.get(name);
    put(state, name, piece);
  }
  state.version++;
}

function takeBack(state) {
  const step = state.steps[--state.applied];
  for (const [name, piece] of Object.entries(step.before)) put(state, name, piece);
  state.version++;
}

function put(state, name, piece) {
  if (piece === undefined) state.pieces.delete(name);
  else state.pieces.set(name, piece);
}

/** The steps that one can stop at. */
export const stops = (/** @type {State} */ state) => state.steps.filter((step) => step.kind);

/** Film ms just before the first step. */
export const beginning = (/** @type {State} */ state) => (state.steps.length ? state.steps[0].at - 1 : state.clock);

/** Film ms of the last step. */
export const end = (/** @type {State} */ state) => (state.steps.length ? state.steps[state.steps.length - 1].at : state.clock);

/** Film ms at which nothing moves any more: the last step may have put a pill on its way. */
export const restAt = (/** @type {State} */ state) => Math.max(end(state), lastLanding(state));

/** Whether something moves, or will by itself. */
export const isMoving = (/** @type {State} */ state) => state.playing && state.clock < restAt(state);

/** Whether a recording is at its end. */
export const isAtEnd = (/** @type {State} */ state) => state.ends && !state.parts && state.clock >= restAt(state);

/** Film ms that live is behind what is known to have happened. */
export const behind = (/** @type {State} */ state) => Math.max(0, end(state) - state.clock);

function lastLanding(state) {
  let last = 0;
  for (const [name, piece] of state.pieces) if (name.startsWith("pills/")) last = Math.max(last, piece.to);
  return last;
}
