// One view of a film: the picture, the buttons, and what opens below them. There may be several of one timeline.

import { makeAnnouncer } from "./announcer.js";
import { keepBeside } from "./beside.js";
import { captionWords } from "./caption.js";
import { element } from "./elements.js";
import { makeFaces } from "./faces.js";
import { makeInspector } from "./inspector.js";
import { listenForKeys } from "./keys.js";
import { makeList } from "./list.js";
import { makePicture } from "./picture.js";
import { makeProjector } from "./projector.js";
import { makeSequence } from "./sequence.js";
import { behind, isAtEnd, isMoving, stops } from "./state.js";
import { followTheme } from "./theme.js";
import { makeTransport } from "./transport.js";

const IN_SIGHT = 0.7; // of the picture, for a recording to begin

/**
 * @param {import("./timeline.js").Timeline} timeline
 * @param {{title: string, taken?: (event: KeyboardEvent) => boolean, more?: Element[], grows?: boolean}} options  `taken`: whether a
 *   key was for somebody else; `more`: buttons of the page's own in the transport; `grows`: whether it is no film that is told whole
 */
export function makeView(timeline, { title, taken = () => false, more = [], grows = false }) {
  const { state } = timeline;
  const root = element("div", { className: "zl-stage", tabIndex: 0, role: "group", ariaLabel: `Stage: ${title}` });
  const inspector = makeInspector(state);
  const sequence = makeSequence(state, inspector.choose);
  const picture = makePicture(state, title, (message) => {
    timeline.press("pause");
    inspector.choose(message);
  }, inspector.chooseActor, grows);
  const list = makeList();
  const announcer = makeAnnouncer();
  const totals = element("span", { className: "zl-totals" });
  const caption = element("span", { className: "zl-caption" });
  const faces = makeFaces(picture.root, [
    { part: sequence.root, label: "Sequence", title: "Sequence diagram, instead of the picture", draw: () => sequence.draw() },
    { part: list.root, label: "List", title: "What happened, as a list, instead of the picture", draw },
  ]);
  const transport = makeTransport(timeline, { more: [...faces.buttons, ...more], below: [caption, totals] });
  const gone = element("div", { className: "zl-gone-note", role: "status", hidden: true });
  root.append(faces.root, transport.root, inspector.root, gone, announcer.root);
  listenForKeys(root, timeline.press, makeProjector(root), taken);
  const leaveBeside = keepBeside(root, transport.root, [inspector.root, gone]);
  const leaveTheme = followTheme(root);
  const leaveSight = watchSight(picture.root, timeline.see);
  const leaveLooking = timeline.watch(root);
  let drawn = -1;
  let told = "";
  let over = false;

  function draw() {
    picture.draw();
    const late = state.live && Math.round(behind(state) / 100);
    const now = [state.version, state.applied, state.steps.length, state.playing, state.live, state.speed, state.inVain, list.root.hidden, late, isAtEnd(state)];
    if (told !== String(now)) drawMoment();
    told = String(now); // between two steps only pills move
    announcer.say(totals.textContent);
  }

  function drawMoment() {
    const all = stops(state);
    totals.textContent = totals.title = state.pieces.get("totals") ?? "";
    const done = all.filter((step) => step.at <= state.clock).length;
    transport.draw(all, done, over);
    caption.textContent = caption.title = captionWords(state, all, done, over);
    root.dataset.applied = String(state.applied);
    root.dataset.events = String(state.steps.length);
    root.dataset.live = String(state.live || isAtEnd(state));
    root.dataset.moves = String(isMoving(state) || state.unseen);
    if (drawn !== state.version) sequence.draw();
    drawn = state.version;
    inspector.draw();
    list.draw(all, done, state.live || isAtEnd(state));
  }

  /** Say that nothing more will come, and why. What is here can still be played. */
  function end(words) {
    gone.textContent = words;
    gone.hidden = false;
    over = true;
    drawMoment();
  }

  function close() {
    leaveSight();
    leaveLooking();
    leaveTheme();
    leaveBeside();
    announcer.close();
  }

  return { root, draw, end, close };
}

function watchSight(picture, see) {
  const watch = new IntersectionObserver((entries) => see(entries[entries.length - 1].isIntersecting), { threshold: IN_SIGHT });
  watch.observe(picture);
  return () => watch.disconnect();
}
