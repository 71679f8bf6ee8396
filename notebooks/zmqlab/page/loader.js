// What each widget carries in its state. Its script comes from the library, which a page gets once for all widgets.
//
// anywidget gives a widget 2 s to begin; of one that took longer it never hears the kernel again. A page that is busy
// takes longer. So a widget begins at once, gets its script afterwards, and hears the kernel in any case.

const libraryOf = (model) => model.widget_manager.get_model(model.get("library").replace("IPY_MODEL_", ""));

/** Get the script of that name, and put its style into the page. */
async function load(model, name) {
  const library = await libraryOf(model);
  const made = modulesOf(library.get("parts"));
  const { key, style } = library.get("scripts")[name];
  wear(`zmqlab-${name}`, style);
  return (await import(made[key])).default;
}

/** Put a style into the page, in place of an older one. */
function wear(id, text) {
  const old = document.getElementById(id);
  if (!text || old?.textContent === text) return;
  old?.remove();
  document.head.append(Object.assign(document.createElement("style"), { id, textContent: text }));
}

/** Let a widget that has begun too late hear the kernel all the same, and ask how things stand. */
async function hear(model) {
  const whole = await model.widget_manager.get_model(model.get("own_id"));
  const answer = whole._handle_comm_msg?.({ content: { data: { method: "none" } } }); // nothing is done about it
  return answer?.catch(() => {
    const plain = Object.getPrototypeOf(Object.getPrototypeOf(whole))._handle_comm_msg;
    whole.comm.on_msg((message) => plain.call(whole, message));
    whole.comm.send({ method: "request_state" });
  });
}

export const widgetNamed = (name) => () => {
  let begun;
  return {
    initialize({ model }) {
      let ended = false;
      let end = null;
      begun = load(model, name).then((script) => {
        if (!ended) end = script.initialize?.({ model });
        return script;
      });
      return () => {
        ended = true;
        end?.();
      };
    },
    async render({ model, el }) {
      const [script] = await Promise.all([begun, hear(model)]);
      return script.render({ model, el });
    },
  };
};
