// The films of a page. Each is fetched when its place comes near, as a script: so it works from a folder, too.

import { mountFilm } from "./film.js";
import { copying } from "./moment_links.js";
import { makeOutput } from "./output.js";

const NEAR = "800px"; // from the window: then a film is fetched
const NARROW = "(max-width: 600px)"; // there, the picture that leaves details out

/** @typedef {ReturnType<typeof makeFilms>} Films */

export function makeFilms() {
  const waiting = new Map(); // by key: what is to be done with a film that comes
  const begun = new Map(); // by place: the promise of its timeline
  window.zmqlabFilm = (key, film) => waiting.get(key)?.(film);
  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) load(target);
  }, { rootMargin: NEAR });
  for (const place of document.querySelectorAll(".film[data-src]")) watch.observe(place);

  /** Fetch the film of a place, once. */
  function load(place) {
    if (!begun.has(place)) begun.set(place, fetched(place).then((film) => mount(place, film)));
    watch.unobserve(place);
    return begun.get(place);
  }

  function fetched(place) {
    const key = `${place.dataset.src}${matchMedia(NARROW).matches ? ".small" : ""}`;
    return new Promise((resolve, reject) => {
      waiting.set(key, resolve);
      const script = Object.assign(document.createElement("script"), { src: `${key}.js`, onerror: reject });
      document.head.append(script);
    });
  }

  function mount(place, film) {
    const copy = copying(place.dataset.film);
    const { timeline } = mountFilm(place.querySelector(".film-stage"), film, { title: place.dataset.title, more: [copy.button] });
    copy.follow(timeline);
    for (const outlet of place.querySelectorAll("[data-output]")) {
      const output = makeOutput(timeline.state, Number(outlet.dataset.output));
      outlet.replaceChildren(output.root);
      timeline.add(output);
    }
    place.classList.add("plays");
    return timeline;
  }

  return { load };
}
