// How the state of a film changes as news come from Python. Each message says of which `type` it is.

import { live } from "./moves.js";
import { beginIfSeen, keepsUp } from "./playing.js";
import { beginning, end, restAt, seek, TICK } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Step} Step */
/** @typedef {Object<string, import("./state.js").Piece>} Pieces */
/** @typedef {{type: "steps", sequence: number, steps: Step[], of?: number}} Steps
 *   what happened next, or more `of` the history with that number: for whoever has taken over that one */
/** @typedef {{type: "history", sequence?: number, film?: boolean, pause_at?: number|null, base: Pieces, history: Step[],
 *             trimmed?: boolean, ends?: boolean, rest?: number, scale?: string, number?: number, parts?: number,
 *             anew?: boolean}} History
 *   what there was, from a picture on: the answer to "hello". `film`: begin at the beginning, when somebody sees it;
 *   `ends`: it is a recording, of which so many `parts` are still to come; `anew`: it takes the place of all there is */
/** @typedef {{type: "picture", sequence: number, at: number, pieces: Pieces, away?: boolean}} Picture
 *   how things stand: heals a loss, or with `away` what was not told because nobody looked */
/** @typedef {{type: "ended"}} Ended  nothing more will come, and what there was is not told again */
/** @typedef {{type: "live"}} Live  a control was pressed: whoever presses wants to see what comes of it */

const KEEP = 5000; // steps to step back through
const LOST = "some steps did not reach this page; this is how things stand now";
const AWAY = "what happened while nobody looked is not told one by one; this is how things stand now";
const PAST = /^(sequence|waits|messages)\//; // pieces that belong to one step, and go with it

const HEARD = { steps, history, picture, live: goLive, ended };

/**
 * Take in a message. Returns whether the page has to ask for what there was: what it asked for as it opened has not come.
 * @param {Steps|History|Picture|Live|Ended} message
 */
export function hear(/** @type {State} */ state, message) {
  const missing = message.type === "picture" && !state.begun;
  if (Object.hasOwn(HEARD, message.type)) HEARD[message.type](state, message);
  return missing;
}

function steps(state, /** @type {Steps} */ message) {
  state.gap ||= message.sequence !== state.sequence + 1;
  state.sequence = message.sequence;
  if (message.of !== undefined && message.of !== state.history) return; // another view has asked for it
  if (!state.gap) add(state, message.steps);
  if (message.of === undefined) return;
  state.parts = Math.max(0, state.parts - 1);
  if (!state.live) seek(state, state.clock); // a film that stands still at a moment may begin before all up to it is here
}

function add(state, /** @type {Step[]} */ news) {
  // What happened while nothing moved is not waited for again: live begins with the next event, or pill. What comes
  // before it (an actor that goes on) has been so for a while.
  const idle = state.live && state.clock >= restAt(state);
  for (const step of news) {
    if (step.at < end(state)) step.at = end(state) + TICK; // the whole picture that healed a loss stands before it
    state.steps.push(step);
  }
  const next = news.find((step) => step.kind || Object.keys(step.put).some((name) => name.startsWith("pills/")));
  if (idle) seek(state, Math.max(state.clock, next ? next.at : end(state))); // at once: more may come before the page draws
  while (state.steps.length > KEEP && state.applied > 1) forgetFirst(state);
}

function forgetFirst(state) {
  const old = state.steps.shift();
  state.trimmed = true;
  state.forgotten += old.kind ? 1 : 0;
  state.applied--;
  for (const [name, piece] of Object.entries(old.put)) {
    if (PAST.test(name) && state.pieces.get(name) === piece) state.pieces.delete(name); // unless a later step put it
  }
}

/** Take over what happened before this page opened, to step back through. */
function history(state, /** @type {History} */ message) {
  if (state.begun && !message.anew) return;
  state.pieces = new Map(Object.entries(message.base));
  state.steps = message.history;
  state.applied = 0;
  state.sequence = message.sequence ?? 0;
  state.begun = true;
  state.gap = false;
  state.trimmed = message.trimmed ?? false;
  state.forgotten = 0;
  state.ends = message.ends ?? false;
  state.history = message.number;
  state.parts = message.parts ?? 0;
  state.rest = message.rest ?? Infinity;
  state.scale = message.scale ?? "";
  state.live = !message.film && !state.ends;
  const paused = message.pause_at != null;
  const first = message.film && state.steps.length ? beginning(state) : end(state);
  seek(state, paused ? message.pause_at : first);
  state.unseen = Boolean(message.film) && !paused; // begins when somebody sees it
  state.playing = !paused && !state.unseen;
  beginIfSeen(state);
  state.version++;
}

/** To what happens now. Who presses fast sees each message: what flies lands, as long as live keeps up. */
function goLive(state) {
  if (!keepsUp(state)) live(state);
}

/** Something was lost on the way to this page. The whole picture heals it, as one step after the last. */
function picture(state, /** @type {Picture} */ message) {
  if (!state.gap && message.sequence === state.sequence) return;
  const clock = state.clock;
  seek(state, end(state));
  const drop = [...state.pieces.keys()].filter((name) => !(name in message.pieces) && !PAST.test(name));
  const put = Object.fromEntries(Object.entries(message.pieces).filter(([name, piece]) => state.pieces.get(name) !== piece));
  const say = message.away ? AWAY : LOST;
  const row = state.steps[state.steps.length - 1]?.row ?? 44;
  const step = { at: Math.max(end(state) + TICK, message.at), kind: "control", put, drop, say, real: 0, cut: 0, row };
  if (!state.live) seek(state, clock); // whoever looks at the past goes on looking at it
  add(state, [step]);
  state.gap = false;
  state.sequence = message.sequence;
}

/** What was live is a recording from now on: it plays to its end from where it stands. */
function ended(state) {
  state.ends = true;
  state.live = false;
}
