// Whether somebody looks: says so, that nobody is told what nobody sees.
// It says so once after news, and no more until others come: a page at rest, in sight or not, leaves the kernel idle.

const EVERY = 30_000; // ms, at least, between two times that it says so

/** @param {() => void} say  called when somebody looks who was not known to, and now and then while news come */
export function makeLooking(say) {
  const inSight = new Set();
  let said = -Infinity;
  let later = 0;

  function look() {
    if (!inSight.size || document.visibilityState !== "visible" || performance.now() - said < EVERY) return;
    said = performance.now();
    say();
  }

  /** Take note of news: within a while, it is said that somebody has seen them. */
  function heard() {
    if (!inSight.size || later) return; // who comes into sight says so then
    const seen = () => {
      later = 0;
      look();
    };
    later = setTimeout(seen, Math.max(0, said + EVERY - performance.now()));
  }

  /** Say so while an element is in sight, and its page too. Returns what ends that. */
  function watch(element) {
    const sight = new IntersectionObserver((entries) => {
      const seen = entries[entries.length - 1].isIntersecting;
      if (seen) inSight.add(element);
      else inSight.delete(element);
      if (seen) look();
    });
    sight.observe(element);
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look); // also after the machine has slept
    return () => {
      sight.disconnect();
      inSight.delete(element);
      if (!inSight.size) later = clearTimeout(later) ?? 0;
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
    };
  }

  return { heard, watch };
}
