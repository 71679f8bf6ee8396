// Says in a panel of plain buttons that nobody answers any more, and makes them stand still: Jupyter's own buttons would
// raise an error in the page. While all is well there is nothing to see. It also brings its panel into view: not each has a
// picture that would.

import { bringIntoView, freshness } from "./into_view.js";
import { overLine, watchKernel, whenOver } from "./life.js";
import { keepKeys } from "./panel_keys.js";

const PRESSED = "button, input, select, textarea";

/** Let nothing in a panel be pressed. Its log stays to be read. */
function still(panel) {
  panel.classList.add("zl-ended");
  for (const one of panel.querySelectorAll(PRESSED)) one.disabled = true;
  for (const slider of panel.querySelectorAll(".widget-slider, .jupyter-widget-slider")) slider.inert = true;
}

export default {
  initialize: ({ model }) => watchKernel(model),

  render({ model, el }) {
    keepKeys();
    const line = overLine();
    el.classList.add("zl-lifeline");
    el.append(line);
    const settle = bringIntoView(el, freshness(model));
    let watch = null;
    const leave = whenOver(model, (words) => {
      line.textContent = words;
      const panel = el.closest(".zl-panel");
      if (!panel || watch) return;
      still(panel);
      watch = new MutationObserver(() => still(panel)); // what is drawn later, such as a view that opens late
      watch.observe(panel, { childList: true, subtree: true });
    });
    // Where the panel opens after the kernel has gone, it is put together around this line: look again then.
    const later = setTimeout(() => model.get("over") && still(el.closest(".zl-panel") ?? el), 0);
    return () => {
      settle();
      clearTimeout(later);
      watch?.disconnect();
      leave();
    };
  },
};
