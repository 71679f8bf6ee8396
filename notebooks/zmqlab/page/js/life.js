// Whether somebody still answers. The trait `over` says in words why nobody does: the kernel sets it as a lab is closed,
// the page as the kernel goes, which has the last word: then no lab is left to run a cell for. What was let go never comes
// back to life.

export const GONE = "The kernel was restarted or is gone. To go on, click this cell, choose Run > Run All Above Selected Cell, then run this one.";
const ENDED = ["restarting", "autorestarting", "terminating", "dead"]; // what JupyterLab says of a kernel that ends

/** Note in `over` that the kernel goes. To be called once a model, in `initialize`. Returns what ends it. */
export function watchKernel(model) {
  const gone = () => model.set("over", GONE); // not saved: there is nobody to tell
  for (const event of ["comm:close", "comm_live_update"]) model.on(event, gone);
  // A kernel that is shut down, or stays dead, fires neither of the two. JupyterLab tells of it here; other hosts may not.
  const kernel = model.widget_manager?.kernel;
  const hear = (_kernel, status) => ENDED.includes(status) && gone();
  kernel?.statusChanged?.connect(hear);
  kernel?.disposed?.connect(gone);
  return () => {
    kernel?.statusChanged?.disconnect(hear);
    kernel?.disposed?.disconnect(gone);
  };
}

/** Tell the kernel something; where it is gone, note that. Jupyter raises "Cannot send" then. */
export function tell(model, content) {
  if (model.get("over")) return;
  try {
    model.send(content);
  } catch {
    model.set("over", GONE);
  }
}

/** Save what was set in a model. Of one that was closed meanwhile nothing is left to save: ipywidgets throws then. */
export function save(model) {
  try {
    model.save_changes();
  } catch {
    return; // its view goes too
  }
}

/** Call `show(words)` when nobody answers any more: now, or later. Returns what ends it. */
export function whenOver(model, show) {
  const look = () => model.get("over") && show(model.get("over"));
  model.on("change:over", look);
  look();
  return () => model.off("change:over", look);
}

/** Make the line that says so. It must stand in the page before it has words, or a screen reader does not say them. */
export function overLine() {
  const line = document.createElement("div");
  line.className = "zl-over";
  line.setAttribute("role", "status");
  return line;
}
