// What the keys do while the focus is in a film.

const MOVES = { ArrowLeft: "back", ArrowRight: "step", " ": "toggle", Home: "start", End: "live" };

/**
 * @param {(move: string) => void} press  a button of the transport
 * @param {import("./projector.js").Projector} projector
 * @param {(event: KeyboardEvent) => boolean} taken  whether a key was for somebody else, who comes first
 */
export function listenForKeys(root, press, projector, taken) {
  root.addEventListener("keydown", (event) => {
    if (taken(event)) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return; // the browser's own, and JupyterLab's: run, save
    event.stopPropagation(); // JupyterLab's own shortcuts do not fire here
    const own = event.target.closest("input, select, a") ?? (event.key === " " && event.target.closest("button"));
    if (!own && MOVES[event.key]) {
      press(MOVES[event.key]);
      event.preventDefault();
    }
    if (event.key.toLowerCase() === "p" && event.target.type !== "range") projector.toggle();
    if (event.key === "Escape") projector.leave();
  });
}
