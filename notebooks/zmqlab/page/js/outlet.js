// The place of an output in the panel of its control: connects a film that is shown elsewhere with an anywidget model.

import { whenKnown } from "./films.js";
import { makeOutput } from "./output.js";
import { keepKeys } from "./panel_keys.js";

export default {
  render({ model, el }) {
    keepKeys();
    el.classList.add("zl-outlet");
    el.style.setProperty("--zl-lines", String(model.get("lines")));
    el.tabIndex = 0; // what is beyond its room is scrolled to by keys, too
    el.setAttribute("role", "region");
    el.setAttribute("aria-label", "What happened");
    let leave = () => null;
    function show(timeline) {
      leave();
      const output = makeOutput(timeline.state, model.get("place"));
      el.replaceChildren(output.root);
      const [remove, forget] = [timeline.add(output), timeline.watch(el)];
      leave = () => [remove, forget].forEach((end) => end());
    }
    let stop = whenKnown(model.get("token"), show);
    const again = () => {
      stop();
      stop = whenKnown(model.get("token"), show);
    };
    model.on("change:token", again);
    return () => {
      model.off("change:token", again);
      stop();
      leave();
    };
  },
};
