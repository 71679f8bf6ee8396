// The timelines of a page by their tokens: a film is shown by its stage, and parts of it by the controls beside it.

/** @typedef {import("./timeline.js").Timeline} Timeline */

/** @type {Map<string, Timeline>} */
const timelines = new Map();
/** @type {Map<string, Set<(timeline: Timeline) => void>>} */
const waiting = new Map();

export const timelineOf = (token) => timelines.get(token);

/** Make a timeline known, and tell those who wait for it. Returns what forgets it. */
export function makeKnown(token, /** @type {Timeline} */ timeline) {
  timelines.set(token, timeline);
  for (const show of waiting.get(token) ?? []) show(timeline);
  return () => timelines.get(token) === timeline && timelines.delete(token);
}

/** Call `show` with a timeline now or when it becomes known. Returns what ends the wait. */
export function whenKnown(token, show) {
  if (timelines.has(token)) show(timelines.get(token));
  const others = waiting.get(token) ?? new Set();
  waiting.set(token, others.add(show));
  return () => {
    others.delete(show);
    if (!others.size) waiting.delete(token);
  };
}
