// The live stage: connects a timeline and its views with an anywidget model.

import { makeKnown, timelineOf } from "./films.js";
import { followThePress } from "./follow.js";
import { goOn } from "./go_on.js";
import { bringIntoView, freshness } from "./into_view.js";
import { GONE, tell, watchKernel, whenOver } from "./life.js";
import { keepKeys } from "./panel_keys.js";
import { newState } from "./state.js";
import { makeTimeline } from "./timeline.js";
import { makeView } from "./view.js";

export default {
  /** Once a stage. What is listened to here is heard until the stage is closed, whichever of its views are. */
  initialize({ model }) {
    const token = model.get("token");
    const timeline = makeTimeline(newState(model.get("picture")), (said) => tell(model, said));
    const forget = makeKnown(token, timeline);
    model.on("msg:custom", timeline.hear);
    const atLast = () => model.get("last")?.type && timeline.hear(model.get("last"));
    model.on("change:last", atLast); // its lab is closed, and leaves it what it may not have asked for yet
    atLast();
    const leave = watchKernel(model);
    return () => {
      leave();
      forget();
    };
  },

  render({ model, el }) {
    keepKeys();
    const timeline = timelineOf(model.get("token"));
    if (!timeline) return () => null; // it was closed before the page had made it
    const film = model.get("film");
    el.classList.add("zl-stage-place");
    const settle = bringIntoView(el, freshness(model));
    const view = makeView(timeline, { title: model.get("title"), taken: goOn, grows: !film });
    el.append(view.root);
    const leave = whenOver(model, (words) => view.end(words === GONE ? `${words} This is the picture of before.` : words));
    if (timeline.state.steps.length && !film) timeline.press("live"); // who shows it anew wants to see what happens now
    const remove = timeline.add(view);
    tell(model, { type: "hello" });
    if (film || el.closest(".zl-films")) setTimeout(() => followThePress(el), 100); // when it has its place in the page
    return () => {
      settle();
      remove();
      leave();
      view.close();
    };
  },
};
