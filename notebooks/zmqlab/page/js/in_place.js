// Brings into view what a card has to say, and the film beside it, while what was pressed stays under the pointer. A film is
// mostly higher than its card: where it would reach beyond the window, the notebook is scrolled, and the card stands lower
// beside the film by as much.

const MARGIN = 8; // px
const PADDING = 14; // px below the last note of a card

const marginOf = (el) => parseFloat(el.style.marginTop) || 0;
const setMargin = (el, margin) => (el.style.marginTop = margin > 0 ? `${margin}px` : "");

const cardOf = (panel) => panel.querySelector(":scope > .zl-card-place");
const filmsOf = (panel) => panel.querySelector(":scope > .zl-films");

/** How a panel with a card stands: how high its card is, and which film it has. Null for every other. */
export function standing(panel) {
  const card = cardOf(panel);
  return card && { height: card.offsetHeight, film: filmsOf(panel)?.firstElementChild };
}

/** Bring into view what is new in a panel since it stood as `then`. False where it has no card. */
export function showWhatIsNew(scroller, panel, then) {
  const card = cardOf(panel);
  if (!card) return false;
  const films = filmsOf(panel);
  const film = films?.firstElementChild;
  if (!film) takeBack(scroller, card, films);
  else if (film.getBoundingClientRect().left >= card.getBoundingClientRect().right) showBeside(scroller, card, films);
  else if (isForTheFilm(card, film, then)) scrollDownTo(scroller, film, 0);
  const news = card.querySelector(".zl-busy, [role=status] > *");
  if (news) scrollDownTo(scroller, news, PADDING);
  return true;
}

/** Whether it is its film that a card which stands above it has to show: it has come since, or the card says no more than then. */
const isForTheFilm = (card, film, then) => film !== then?.film || card.offsetHeight <= then.height;

/** Have a film in sight that stands beside its card, which stays where it is in the window. In another window both begin anew. */
function showBeside(scroller, card, films) {
  addEventListener("resize", () => [card, films].forEach((one) => setMargin(one, 0)), { once: true });
  const window = scroller.getBoundingClientRect();
  const box = films.firstElementChild.getBoundingClientRect();
  const above = window.top + MARGIN - box.top;
  const below = box.bottom + MARGIN - window.bottom;
  if (above > 0) return setMargin(films, marginOf(films) + Math.min(above, Math.max(0, -below)));
  const by = Math.min(below, -above); // its beginning, where it is too high
  if (by <= 1) return;
  const before = card.getBoundingClientRect().top;
  setMargin(card, marginOf(card) + by);
  scroller.scrollTop += by;
  setMargin(card, marginOf(card) + before - card.getBoundingClientRect().top); // the notebook may end there
}

/** Undo that, once the film has gone. */
function takeBack(scroller, card, films) {
  const by = marginOf(card);
  setMargin(card, 0);
  if (films) setMargin(films, 0);
  scroller.scrollTop -= by;
}

/** Scroll down until an element is in sight, as long as what was pressed is. */
function scrollDownTo(scroller, el, padding) {
  const window = scroller.getBoundingClientRect();
  const below = el.getBoundingClientRect().bottom + padding + MARGIN - window.bottom;
  const most = document.activeElement.getBoundingClientRect().top - window.top - MARGIN;
  const by = Math.min(below, most);
  if (by > 1) scroller.scrollTop += by;
}
