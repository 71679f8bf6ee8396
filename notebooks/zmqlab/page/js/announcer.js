// For screen readers: what changed, at most once a second.

import { element } from "./elements.js";

const LEAST = 1000; // ms between two sentences

export function makeAnnouncer() {
  const root = element("div", { className: "zl-hidden", role: "log", ariaLive: "polite" });
  let announced = -LEAST;
  let later = 0;
  let words = "";

  /** Say these words, now or in a while, unless others come meanwhile. */
  function say(news) {
    words = news;
    if (root.textContent === words) return;
    const wait = announced + LEAST - performance.now();
    if (wait > 0) {
      later ||= setTimeout(() => ((later = 0), say(words)), wait);
      return;
    }
    close();
    announced = performance.now();
    root.textContent = words;
  }

  function close() {
    clearTimeout(later);
    later = 0;
  }

  return { root, say, close };
}
