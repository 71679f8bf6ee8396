// Text boxes and a button. A press sends the kernel what stands in the boxes, with the press itself: a value that
// travels on its own comes late, or in part, while the kernel is busy.

import { overLine, tell, watchKernel, whenOver } from "./life.js";
import { keepKeys } from "./panel_keys.js";

function render({ model, el }) {
  keepKeys();
  const row = document.createElement("div");
  const boxes = document.createElement("span");
  row.className = `zl-row zl-form${model.get("more") ? " zl-framed" : ""}`;
  boxes.className = "zl-texts";
  const inputs = () => [...boxes.querySelectorAll("input")];
  const texts = () => inputs().map((input) => input.value);

  function addBox(text) {
    const input = document.createElement("input");
    const number = inputs().length + 1;
    input.type = "text";
    input.className = "zl-text";
    input.autocomplete = "off";
    input.spellcheck = false;
    input.placeholder = model.get("placeholder");
    input.setAttribute("aria-label", number > 1 ? `${model.get("name")}, frame ${number}` : model.get("name"));
    input.value = text;
    boxes.append(input);
    countBoxes();
    return input;
  }

  function dropBox() {
    inputs().at(-1).remove();
    countBoxes();
  }

  /** A message has a frame at least. */
  function countBoxes() {
    if (less) less.disabled = inputs().length < 2;
  }

  function addButton(label, kind, hint, action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `zl-button zl-button-${kind}`;
    button.textContent = label;
    button.title = hint;
    button.addEventListener("click", action);
    row.append(button);
    return button;
  }

  // What was sent last, from this view or another. What is being typed here stays.
  function show() {
    const said = model.get("texts");
    said.forEach((text, place) => {
      const input = inputs()[place] ?? addBox(text);
      if (input !== document.activeElement && input.value !== text) input.value = text;
    });
    while (inputs().length > said.length && inputs().at(-1) !== document.activeElement) dropBox();
  }

  const press = () => tell(model, { type: "pressed", texts: texts() });
  let less = null;
  row.append(boxes);
  if (model.get("more")) {
    addButton(model.get("more"), "plain", "Add a frame to the message", () => addBox("").focus());
    less = addButton(model.get("less"), "plain", "Take the last frame away", dropBox);
  }
  addButton(model.get("label"), "main", model.get("hint"), press);
  row.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return; // runs a cell
    event.preventDefault();
    press();
  });
  model.on("change:texts", show);
  show();
  const line = overLine();
  el.append(row, line);
  const leave = whenOver(model, (words) => {
    for (const one of row.querySelectorAll("input, button")) one.disabled = true;
    const said = el.closest(".zl-panel")?.querySelector(".zl-lifeline"); // by the panel around
    if (!said) line.textContent = words;
  });
  return () => {
    leave();
    model.off("change:texts", show);
  };
}

export default { initialize: ({ model }) => watchKernel(model), render };
