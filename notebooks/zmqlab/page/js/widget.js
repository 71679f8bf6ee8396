// The live stage: connects a timeline and its views with an anywidget model.

import { goOn } from "./go_on.js";
import { GONE, tell, watchKernel, whenOver } from "./life.js";
import { newState } from "./state.js";
import { makeTimeline } from "./timeline.js";
import { makeView } from "./view.js";

/** @type {Map<string, import("./timeline.js").Timeline>} */
const timelines = new Map();

/** Bring a film into view if somebody has asked for it, by a button in the same output. */
function seeIfAsked(el) {
  const output = el.closest(".jp-OutputArea, .cell-output, .output_area");
  if (!output?.contains(document.activeElement)) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  el.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

export default {
  /** Once a stage. What is listened to here is heard until the stage is closed, whichever of its views are. */
  initialize({ model }) {
    const token = model.get("token");
    const timeline = makeTimeline(newState(model.get("picture")), (said) => tell(model, said));
    timelines.set(token, timeline);
    model.on("msg:custom", timeline.hear);
    const atLast = () => model.get("last")?.type && timeline.hear(model.get("last"));
    model.on("change:last", atLast); // its lab is closed, and leaves it what it may not have asked for yet
    atLast();
    const leave = watchKernel(model);
    return () => {
      leave();
      timelines.delete(token);
    };
  },

  render({ model, el }) {
    const timeline = timelines.get(model.get("token"));
    const film = model.get("film");
    const view = makeView(timeline, { title: model.get("title"), film, taken: goOn });
    el.append(view.root);
    const leave = whenOver(model, (words) => view.end(words === GONE ? `${words} This is the picture of before.` : words));
    if (timeline.state.steps.length && !film) timeline.press("live"); // who shows it anew wants to see what happens now
    const remove = timeline.add(view);
    tell(model, { type: "hello" });
    if (film) setTimeout(() => seeIfAsked(el), 100); // when it has its place in the page
    return () => {
      remove();
      leave();
      view.close();
    };
  },
};
