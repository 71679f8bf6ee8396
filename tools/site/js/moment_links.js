// A link to a moment: lesson.html#film=slow-joiner&event=12 opens that film, and stands there.

import { toClipboard } from "./clipboard.js";
import { element } from "./elements.js";
import { stops } from "./state.js";

const SAID = 1500; // ms for which the button says what it has done

/** What an address names: a film and the number of an event, or null. */
export function momentOf(hash) {
  const named = new URLSearchParams(hash.replace(/^#/, ""));
  return named.has("film") ? { film: named.get("film"), event: Number(named.get("event") ?? 0) || 0 } : null;
}

/** Open the moment that an address names. */
export async function showMoment(hash, /** @type {import("./places_of_films.js").Films} */ films) {
  const moment = momentOf(hash);
  const place = moment && [...document.querySelectorAll(".film")].find((one) => one.dataset.film === moment.film);
  if (!place) return;
  for (let around = place.parentElement; around; around = around.parentElement) {
    around.hidden = false;
    if (around.tagName === "DETAILS") around.open = true;
  }
  const timeline = await films.load(place);
  timeline.goTo(moment.event);
  place.scrollIntoView({ block: "center" });
  place.querySelector(".zl-stage").focus({ preventScroll: true });
}

/** A button that copies the address of the moment at which a film stands, and puts it into the address line. */
export function copying(name) {
  const label = "Copy link to this moment";
  const button = element("button", { type: "button", className: "zl-copy-link", title: label, ariaLabel: label }, "Link");
  let event = () => 0;
  button.addEventListener("click", async () => {
    const hash = `#film=${encodeURIComponent(name)}&event=${event()}`;
    history.replaceState(null, "", hash);
    button.textContent = (await toClipboard(location.href)) ? "Copied" : "See above";
    setTimeout(() => (button.textContent = "Link"), SAID);
  });
  return {
    button,
    follow({ state }) {
      event = () => stops(state).filter((step) => step.at <= state.clock).length;
    },
  };
}
