// The places of a page where widgets stand: elements that say by a class whose place they are. One watch for all models.

const PLACE = "zl-at"; // beside it stands PLACE-token

const known = (globalThis.zmqlabPlaces ??= watchThePage());

function watchThePage() {
  const wanted = new Map(); // by the class that names a place: what fills it
  const filled = new Map(); // by the element: what ends it
  function forget() {
    for (const [el, end] of filled) {
      if (el.isConnected) continue;
      filled.delete(el);
      end();
    }
  }
  function fillOne(el) {
    const fill = filled.has(el) ? null : wanted.get([...el.classList].find((name) => name.startsWith(`${PLACE}-`)));
    if (fill) filled.set(el, fill(el));
  }
  function look(root = document.body) {
    if (!(root instanceof Element) || !root.isConnected) return;
    if (root.classList.contains(PLACE)) fillOne(root);
    for (const el of root.getElementsByClassName(PLACE)) fillOne(el);
  }
  // What changes within a panel is no news: a film does so with every frame. Of the rest only what is new is looked through:
  // a page has some ten thousand elements, and JupyterLab changes a few of them all the time.
  const isNews = ({ target }) => !(target instanceof Element && target.closest(`.${PLACE}`));
  new MutationObserver((changes) => {
    const news = changes.filter(isNews);
    if (news.length) forget();
    for (const { addedNodes } of news) for (const node of addedNodes) look(node);
  }).observe(document.body, { childList: true, subtree: true });
  return { wanted, filled, look };
}

/**
 * Fill every place of that token, now and later: also those that an older model has filled. Where a notebook is closed and
 * opened again, the page makes new models of the same widgets, and the old ones are heard by nobody.
 * @param {(el: Element) => () => void} fill  returns what ends it
 * @returns what ends all of them
 */
export function fillPlaces(token, fill) {
  const name = `${PLACE}-${token}`;
  empty(name);
  known.wanted.set(name, fill);
  known.look();
  return () => {
    if (known.wanted.get(name) !== fill) return;
    known.wanted.delete(name);
    empty(name);
  };
}

function empty(name) {
  for (const [el, end] of known.filled) {
    if (!el.classList.contains(name)) continue;
    known.filled.delete(el);
    end();
  }
}
