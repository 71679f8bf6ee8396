// What takes the picture's place while its button is pressed, one at a time: the sequence diagram, or the list. The picture
// goes on behind it, unseen, and moves nothing. What is higher than the picture grows upwards, as far as there is room.

import { standLower } from "./beside.js";
import { element } from "./elements.js";
import { growUpwards, roomAbove } from "./scrolling.js";

const HIGH = 340; // px, as far as they are in sight

/**
 * @typedef {{part: Element, label: string, title: string, draw: () => void}} Face  `title`: of its button; `draw`: called when it opens
 * @param {Element} picture
 * @param {Face[]} faces
 * @returns what holds them all, and the buttons
 */
export function makeFaces(picture, faces) {
  const root = element("div", { className: "zl-face" }, picture, ...faces.map(({ part }) => part));
  const buttons = faces.map(({ label, title }) => element("button", { type: "button", ariaPressed: "false", title }, label));

  /** Have the faces be so much higher than the picture (px), or not be there. */
  function stand(higher) {
    root.style.height = higher === null ? "" : `${picture.getBoundingClientRect().height + higher}px`;
    standLower(root, higher ?? 0);
  }

  function press(button, face) {
    const opens = face.part.hidden;
    const higher = opens ? higherThan(picture, root) : null;
    const moved = growUpwards(button, () => {
      faces.forEach(({ part }, place) => {
        part.hidden = !opens || part !== face.part;
        buttons[place].ariaPressed = String(!part.hidden);
      });
      stand(higher);
    });
    if (opens && moved > 0) stand(Math.max(0, higher - Math.ceil(moved)));
    if (opens) face.draw();
  }

  faces.forEach((face, place) => buttons[place].addEventListener("click", () => press(buttons[place], face)));
  return { root, buttons };
}

/** How much higher than the picture something may be (px, whole ones: so far a page scrolls). */
function higherThan(picture, root) {
  return Math.max(0, Math.floor(Math.min(HIGH, roomAbove(root)) - picture.getBoundingClientRect().height));
}
