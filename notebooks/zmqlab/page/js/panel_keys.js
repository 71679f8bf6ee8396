// Keys in a panel: what is typed there is the panel's, Shift+Enter anywhere in it runs the next cell. JupyterLab acts on
// single letters wherever the focus is: "a" on a button would insert a cell. Jupyter's own widgets do not keep them.

import { goOn } from "./go_on.js";

const PANEL = ".zl-shown, .zl-panel, .zl-card, .zl-stage";
const TYPED = "input:not([type=range]), textarea";
const heard = new WeakSet();

/** Whether a key is for the page around: its shortcuts, but not those that change what is typed. */
export function isForThePage(event) {
  if (!(event.ctrlKey || event.altKey || event.metaKey)) return false;
  return event.key === "s" || event.key === "Enter" || !event.target.closest(TYPED);
}

function keep(event) {
  if (goOn(event) || isForThePage(event)) return;
  event.stopPropagation(); // JupyterLab's own shortcuts do not fire here
}

/** A button that goes grey when it is pressed loses the focus to nobody: its panel takes it, or the next key would come to nothing. */
const greyed = new MutationObserver(([{ target }]) => {
  const panel = target.closest(PANEL);
  if (!panel || !target.disabled || ![target, document.body].includes(document.activeElement)) return;
  panel.tabIndex = -1;
  panel.style.outline = "none";
  panel.focus({ preventScroll: true });
});

function watch({ target }) {
  if (!(target instanceof HTMLButtonElement) || !target.closest(PANEL)) return;
  greyed.disconnect();
  greyed.observe(target, { attributes: true, attributeFilter: ["disabled"] });
}

/** Have every panel of the page keep its keys. It is listened to once a key comes: a panel is put together in any order. */
export function keepKeys() {
  if (globalThis.zmqlabKeys) return;
  globalThis.zmqlabKeys = true;
  const begin = ({ target }) => {
    const panel = target instanceof Element && (target.closest(".zl-shown") ?? target.closest(PANEL));
    if (!panel || heard.has(panel)) return;
    heard.add(panel);
    panel.addEventListener("keydown", keep);
  };
  addEventListener("keydown", begin, true);
  addEventListener("focusin", watch, true);
}
