// Puts a widget where a notebook has a still picture of it. There the picture stays when the kernel has gone: JupyterLab
// shows a widget that it does not find as an error, but a picture as a picture.

import { fillPlaces } from "./places.js";

const OF_HTML = ["jp-RenderedHTMLCommon", "jp-RenderedHTML"]; // the look of text, which is none for a widget

/** Show the widget of a model in an element, in place of what stands there. Returns what ends that. */
function show(model, el) {
  const output = el.closest(".jp-OutputArea-output");
  let ended = false;
  let view = null;

  async function open() {
    const manager = model.widget_manager;
    const made = await manager.create_view(await manager.get_model(model.get("shown").replace("IPY_MODEL_", "")));
    if (ended) return made.luminoWidget.dispose();
    view = made;
    const still = [...el.childNodes];
    output?.classList.remove(...OF_HTML);
    // What Lumino tells the parts of a page. Without it a slider is never drawn, and a box lays nothing out.
    tell("before-attach");
    el.replaceChildren(view.el);
    tell("after-attach");
    el.zlStill = still;
  }

  function tell(type) {
    view.luminoWidget.processMessage({ type });
  }

  function close() {
    ended = true;
    if (!view || view.luminoWidget.isDisposed) return;
    tell("before-detach");
    el.replaceChildren(...el.zlStill);
    tell("after-detach");
    output?.classList.add(...OF_HTML);
    view.luminoWidget.dispose();
  }

  open();
  return close;
}

export default {
  initialize: ({ model }) => fillPlaces(model.get("token"), (el) => show(model, el)),
  render: () => null,
};
