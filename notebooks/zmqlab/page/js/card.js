// A card: connects what is drawn (cards.js) with an anywidget model.

import { drawCard, make } from "./cards.js";
import { followThePress } from "./follow.js";
import { bringIntoView, freshness } from "./into_view.js";
import { tell, watchKernel, whenOver } from "./life.js";
import { keepKeys } from "./panel_keys.js";

const RUN_FIRST = { kind: "wrong", title: "Run the cell first", text: "You have changed it since it last ran." };
const ROOM = 190; // px, for what it says to what is pressed

function render({ model, el }) {
  keepKeys();
  const card = make("section", "zl-card", "", { role: "group" });
  // JupyterLab marks a cell that was changed after it ran: what would be checked is not what the learner sees.
  const isChanged = () => Boolean(el.closest(".jp-CodeCell.jp-mod-dirty"));
  let unrun = false; // whether Check was pressed all the same
  const press = (action, value = "") => {
    if (action === "check" && isChanged()) {
      unrun = true;
      return showAnew();
    }
    return tell(model, { type: "pressed", action, value });
  };
  const still = () => {
    card.classList.add("zl-ended");
    for (const one of card.querySelectorAll("button")) one.disabled = true;
  };
  const show = () => {
    const view = model.get("view");
    card.setAttribute("aria-label", view.heading);
    const over = model.get("over");
    unrun &&= isChanged();
    const notes = [...(unrun ? [RUN_FIRST] : []), ...(view.notes ?? []), ...(over ? [{ kind: "caution", title: "", text: over }] : [])];
    drawCard(card, { ...view, notes, busy: over ? "" : view.busy }, press);
    if (over) still();
  };
  el.classList.add("zl-card-place");
  const settle = bringIntoView(el, freshness(model), ROOM);
  const showAnew = () => {
    show();
    requestAnimationFrame(() => followThePress(el)); // what it says now has its place
  };
  show();
  model.on("change:view", showAnew);
  el.append(card);
  const leave = whenOver(model, show);
  return () => {
    settle();
    leave();
    model.off("change:view", showAnew);
  };
}

export default { initialize: ({ model }) => watchKernel(model), render };
