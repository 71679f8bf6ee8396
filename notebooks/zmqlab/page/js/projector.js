/** @typedef {ReturnType<typeof makeProjector>} Projector */

/** For a room: the picture alone, as large as the screen. Returns what turns it on and off. */
export function makeProjector(root) {
  const isOn = () => root.classList.contains("zl-projector");
  function project(on) {
    root.classList.toggle("zl-projector", on);
    // Where the browser gives no full screen, the class alone fills the notebook.
    if (on) root.requestFullscreen?.().catch(() => null);
    else if (document.fullscreenElement === root) document.exitFullscreen();
    if (on) root.focus();
  }
  root.addEventListener("fullscreenchange", () => document.fullscreenElement || project(false));
  return { toggle: () => project(!isOn()), leave: () => project(false) };
}
