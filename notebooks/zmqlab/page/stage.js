// The live stage. It knows nothing of ZeroMQ: it applies steps, takes them back, and moves pills along paths.
// Python computes what there is to see (drawing.py) and when (playback.py).
//
//   timeline   one per stage: the steps, the clock, what is applied. Shared by all views of the stage.
//   view       one per output: shows the pieces as they stand, and the buttons.

/** @typedef {{svg: string, d: string, back: boolean, from: number, to: number}} Pill */
/** @typedef {{svg: string, top: number, bottom: number, message?: number}} Mark  of the sequence diagram */
/** @typedef {{at: number, kind: string, put: Object<string, string|Pill>, drop: string[], say: string, real: number,
 *             cut: number, row: number, before?: Object<string, string|Pill|undefined>}} Step */

const SVG = "http://www.w3.org/2000/svg";
const LAYERS = ["links", "actors", "notes", "pills"];
const KEEP = 5000; // steps to step back through
const PAST = /^(sequence|waits|messages)\//; // pieces that belong to one step, and go with it
const TICK = 0.1; // film ms: the smallest step of the clock, so that each event can be stopped at
const BEHIND = 2000; // film ms that live may be behind before it hurries

// timeline ---------------------------------------------------------------------------------------------------------

/** @type {Map<string, ReturnType<typeof makeTimeline>>} */
const timelines = new Map();

function makeTimeline(model) {
  const timeline = {
    /** @type {Step[]} */ steps: [],
    /** @type {Map<string, string|Pill>} */ pieces: new Map(),
    applied: 0, // how many steps are
    clock: 0, // film ms
    live: true,
    wasBehind: true, // or may have been, before this page opened
    inSight: false,
    unseen: false, // a film that waits until it is in view
    playing: true,
    speed: 1,
    sequence: 0,
    begun: false, // the past that this page missed has come
    trimmed: false, // the first of these steps was not the first of all
    gap: false,
    version: 0, // changes with every change to the pieces
    views: new Set(),
    frame: 0,
    last: 0,
  };

  function put(name, piece) {
    if (piece === undefined) timeline.pieces.delete(name);
    else timeline.pieces.set(name, piece);
  }

  function apply() {
    const step = timeline.steps[timeline.applied++];
    step.before = {};
    for (const name of step.drop) {
      step.before[name] = timeline.pieces.get(name);
      put(name, undefined);
    }
    for (const [name, piece] of Object.entries(step.put)) {
      if (!(name in step.before)) step.before[name] = timeline.pieces.get(name);
      put(name, piece);
    }
    timeline.version++;
  }

  function takeBack() {
    const step = timeline.steps[--timeline.applied];
    for (const [name, piece] of Object.entries(step.before)) put(name, piece);
    timeline.version++;
  }

  /** Bring the picture to a moment of the film: every step up to it applied, none after it. */
  function seek(clock) {
    timeline.clock = clock;
    while (timeline.applied < timeline.steps.length && timeline.steps[timeline.applied].at <= clock) apply();
    while (timeline.applied > 0 && timeline.steps[timeline.applied - 1].at > clock) takeBack();
  }

  const end = () => (timeline.steps.length ? timeline.steps[timeline.steps.length - 1].at : timeline.clock);

  const restAt = () => Math.max(end(), lastLanding(timeline)); // the last step may have put a pill on its way

  function tick(now) {
    const passed = Math.max(0, Math.min(100, now - timeline.last)); // a hidden page must not jump
    timeline.last = now;
    if (timeline.playing) {
      const behind = end() - timeline.clock;
      timeline.wasBehind ||= behind > BEHIND / 2;
      const hurry = timeline.live ? Math.max(1, Math.min(4, behind / (BEHIND / 2))) : 1;
      seek(Math.min(restAt(), timeline.clock + passed * hurry * timeline.speed));
      if (!timeline.live && timeline.clock >= restAt()) timeline.live = true; // caught up with the present
    }
    for (const view of timeline.views) view.draw();
    const moving = timeline.playing && timeline.clock < restAt();
    timeline.frame = moving && timeline.views.size ? requestAnimationFrame(tick) : 0;
    if (!moving && timeline.live && timeline.wasBehind) {
      timeline.wasBehind = false;
      say("caught up"); // so that the film need not say less any more
    }
  }

  function say(words) {
    tell(model, words);
  }

  function wake() {
    if (timeline.frame || !timeline.views.size) return;
    timeline.last = performance.now();
    timeline.frame = requestAnimationFrame(tick);
  }

  function add(/** @type {Step[]} */ steps) {
    // What happened while nothing moved is not waited for again: live begins with the next event, or pill. What comes
    // before it (an actor that goes on) has been so for a while.
    const idle = timeline.live && timeline.clock >= restAt();
    for (const step of steps) {
      if (step.at < end()) step.at = end() + TICK; // the whole picture that healed a loss stands before it
      timeline.steps.push(step);
    }
    const next = steps.find((step) => step.kind || Object.keys(step.put).some((name) => name.startsWith("pills/")));
    if (idle) timeline.clock = Math.max(timeline.clock, next ? next.at - 1 : end());
    while (timeline.steps.length > KEEP && timeline.applied > 1) {
      const old = timeline.steps.shift();
      timeline.trimmed = true;
      timeline.applied--;
      for (const [name, piece] of Object.entries(old.put)) {
        if (PAST.test(name) && timeline.pieces.get(name) === piece) timeline.pieces.delete(name); // unless a later step put it
      }
    }
  }

  /** Take over what happened before this page opened, to step back through. */
  function begin(message) {
    timeline.pieces = new Map(Object.entries(message.base));
    timeline.steps = message.history;
    timeline.applied = 0;
    timeline.sequence = message.sequence;
    timeline.begun = true;
    timeline.gap = false;
    timeline.trimmed = message.trimmed;
    timeline.live = !message.film;
    const beginning = message.film && timeline.steps.length ? timeline.steps[0].at : end();
    seek(message.pause_at ?? beginning);
    timeline.unseen = message.film && message.pause_at == null; // begins when somebody sees it
    timeline.playing = message.pause_at == null && !timeline.unseen;
    beginFilm();
    timeline.version++;
  }

  /** Begin a film that has come and is in sight, whichever was first. */
  function beginFilm() {
    if (!timeline.unseen || !timeline.inSight) return;
    timeline.unseen = false;
    timeline.playing = true;
    wake();
  }

  function hear(message) {
    if (message.pieces && !timeline.begun) say("hello"); // what the page asked for as it opened has not come
    if (message.live) act.live(timeline); // a control was pressed: whoever presses wants to see
    if (message.steps) {
      timeline.gap ||= message.sequence !== timeline.sequence + 1;
      if (!timeline.gap) add(message.steps);
      timeline.sequence = message.sequence;
    } else if (message.history) {
      if (!timeline.begun) begin(message);
    } else if (message.pieces && (timeline.gap || message.sequence !== timeline.sequence)) {
      // Something was lost on the way to this page. The whole picture heals it, as one step after the last.
      const clock = timeline.clock;
      seek(end());
      const drop = [...timeline.pieces.keys()].filter((name) => !(name in message.pieces) && !PAST.test(name));
      const put = Object.fromEntries(
        Object.entries(message.pieces).filter(([name, piece]) => timeline.pieces.get(name) !== piece),
      );
      const say = "some steps did not reach this page; this is how things stand now";
      const row = timeline.steps[timeline.steps.length - 1]?.row ?? 44;
      const step = { at: Math.max(end() + TICK, message.at), kind: "control", put, drop, say, real: 0, cut: 0, row };
      if (!timeline.live) seek(clock); // whoever looks at the past goes on looking at it
      add([step]);
      timeline.gap = false;
      timeline.sequence = message.sequence;
    }
    wake();
  }

  const picture = model.get("picture");
  for (const [name, piece] of Object.entries(picture.pieces)) put(name, piece);
  timeline.sequence = picture.sequence;
  timeline.clock = picture.at;
  return Object.assign(timeline, { beginFilm, seek, end, wake, hear });
}

/** A recorded time in words, as Python writes it: 0.071 ms, 47.379340 s. */
function momentWords(ms) {
  const [value, digits, unit] = ms < 1000 ? [ms, 3, "ms"] : [ms / 1000, 6, "s"];
  return `${value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}

/** Film ms at which the last pill in flight lands. */
function lastLanding(timeline) {
  let last = 0;
  for (const [name, piece] of timeline.pieces) if (name.startsWith("pills/")) last = Math.max(last, piece.to);
  return last;
}

// moving about -----------------------------------------------------------------------------------------------------

const stops = (timeline) => timeline.steps.filter((step) => step.kind);

function pause(timeline) {
  timeline.unseen = false;
  timeline.playing = timeline.live = false;
}

const act = {
  start(timeline) {
    pause(timeline);
    timeline.seek(timeline.steps.length ? timeline.steps[0].at - 1 : timeline.clock);
  },
  back(timeline) {
    pause(timeline);
    // From the last event to the one before it. What came after it, such as a wait, is no event to stop at.
    const all = stops(timeline);
    const current = all.findLast((step) => step.at <= timeline.clock);
    const earlier = all.findLast((step) => step.at < (current?.at ?? 0) - TICK / 2);
    timeline.seek(earlier ? earlier.at : timeline.steps.length ? timeline.steps[0].at - 1 : 0);
  },
  toggle(timeline) {
    timeline.unseen = false;
    if (timeline.playing) return pause(timeline);
    timeline.playing = true;
  },
  step(timeline) {
    pause(timeline);
    const next = stops(timeline).find((step) => step.at > timeline.clock + TICK / 2);
    timeline.seek(next ? next.at : timeline.end());
  },
  live(timeline) {
    timeline.unseen = false;
    timeline.playing = timeline.live = true;
    timeline.seek(timeline.end());
  },
};

// small parts ------------------------------------------------------------------------------------------------------

const ICONS = {
  start: "M2 1h2v12H2zM13 1v12L5 7z",
  back: "M11 1v12L2 7z",
  pause: "M3 1h3v12H3zM8 1h3v12H8z",
  play: "M3 1v12l9-6z",
  step: "M2 1v12l6-6zM10 1h2v12h-2z",
  live: "M1 1v12l8-6zM10 1h2v12h-2z",
};

/** Points at equal distances along a path: asked of the browser once, not for each pill and frame. */
const pointsAlong = (() => {
  const known = new Map();
  return (d) => {
    if (!known.has(d)) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", d);
      const length = path.getTotalLength();
      if (known.size > 500) known.clear();
      known.set(d, Array.from({ length: 49 }, (_, index) => path.getPointAtLength((index / 48) * length)));
    }
    return known.get(d);
  };
})();

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 14 14");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// sequence ---------------------------------------------------------------------------------------------------------

/** The sequence diagram. Only the marks in sight stand in the page, however long it grows. */
function makeSequence(timeline, choose) {
  const svg = document.createElementNS(SVG, "svg");
  const lanes = document.createElementNS(SVG, "g");
  const names = document.createElementNS(SVG, "g"); // stays at the top, in front of what scrolls under it
  const marks = document.createElementNS(SVG, "g");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("class", "zl-now-line");
  svg.append(lanes, marks, line, names);
  const root = element("section", { className: "zl-sequence", hidden: true, tabIndex: 0, ariaLabel: "Sequence diagram" }, svg);
  const shown = new Map();
  root.addEventListener("scroll", () => draw(false));
  marks.addEventListener("click", (event) => {
    const message = event.target.closest("[data-message]")?.dataset.message;
    if (message) choose(message);
  });

  function draw(follow = true) {
    if (root.hidden) return;
    const row = timeline.steps[timeline.applied - 1]?.row ?? 44;
    const actors = [...timeline.pieces].filter(([name]) => name.startsWith("lanes/")).map(([, lane]) => lane);
    const width = Math.max(root.clientWidth, 600, ...actors.map((lane) => lane.x + 190));
    const height = row + 60;
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    if (follow) root.scrollTop = Math.max(0, row - root.clientHeight + 60);
    const top = root.scrollTop - 100;
    const bottom = root.scrollTop + root.clientHeight + 100;
    const ground = document.createElementNS(SVG, "rect");
    ground.setAttribute("class", "zl-lane-names");
    ground.setAttribute("y", root.scrollTop);
    ground.setAttribute("width", width);
    ground.setAttribute("height", 32);
    names.replaceChildren(ground);
    lanes.replaceChildren(
      ...actors.map((lane) => {
        const path = document.createElementNS(SVG, "path");
        path.setAttribute("class", "zl-lane");
        path.setAttribute("d", `M${lane.x},${root.scrollTop + 32}V${height}`);
        const text = document.createElementNS(SVG, "text");
        text.setAttribute("class", "zl-name");
        text.setAttribute("text-anchor", "middle");
        text.setAttribute("x", lane.x);
        text.setAttribute("y", root.scrollTop + 22);
        text.textContent = lane.name;
        names.append(text);
        return path;
      }),
    );
    line.setAttribute("d", `M8,${row + 12}H${width - 8}`);
    for (const [name, group] of shown) {
      const piece = timeline.pieces.get(name);
      if (!piece || piece !== group.piece || piece.bottom < top || piece.top > bottom) {
        group.remove();
        shown.delete(name);
      }
    }
    for (const [name, piece] of timeline.pieces) {
      if (!name.startsWith("sequence/") && !name.startsWith("waits/")) continue;
      if (shown.has(name) || piece.bottom < top || piece.top > bottom) continue;
      const group = document.createElementNS(SVG, "g");
      group.innerHTML = piece.svg; // markup made by sequence.py, in which every text is escaped
      group.piece = piece;
      group.dataset.piece = name;
      if (piece.message) group.dataset.message = piece.message;
      if (name.startsWith("waits/")) marks.prepend(group);
      else marks.append(group);
      shown.set(name, group);
    }
  }

  return { root, draw };
}

/** Copy text. Pages without https have no clipboard of the new kind; most have the old one. */
async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const area = element("textarea", { value: text });
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

// inspector --------------------------------------------------------------------------------------------------------

/** One message, frame by frame. Everything in it is text. */
function makeInspector(timeline) {
  const root = element("section", { className: "zl-inspector", hidden: true, tabIndex: 0, ariaLabel: "One message" });
  let chosen = null;

  function choose(number) {
    chosen = number;
    root.hidden = number === null;
    draw();
  }

  function draw() {
    const about = timeline.pieces.get(`messages/${chosen}`);
    if (root.hidden || !about) return;
    if (root.about === about) return;
    root.about = about;
    const close = element("button", { type: "button", ariaLabel: "Close", title: "Close" }, "✕");
    close.addEventListener("click", () => choose(null));
    const copy = element("button", { type: "button", className: "zl-link-button" }, "Copy as Python");
    copy.addEventListener("click", async () => {
      copy.textContent = (await toClipboard(about.python)) ? "Copied" : "Select it, and copy it by hand";
    });
    const rows = about.frames.map((frame, index) =>
      element(
        "tr",
        {},
        element("td", { textContent: index + 1 }),
        element("td", { textContent: frame.size.toLocaleString("en") }),
        element("td", {}, element("strong", { textContent: frame.text }), element("div", { textContent: frame.bytes })),
      ),
    );
    const head = ["frame", "bytes", "content"].map((name) => element("th", { textContent: name, scope: "col" }));
    root.replaceChildren(
      element("header", {}, element("strong", { textContent: about.title }), element("span", { textContent: about.way }), close),
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)),
      ...about.why.map((line) => element("p", { textContent: line })),
      element("code", { textContent: about.python }),
      copy,
    );
  }

  return { root, choose, draw };
}

// view -------------------------------------------------------------------------------------------------------------

function makeView(model, timeline, el) {
  const [title, film] = [model.get("title"), model.get("film")];
  const root = element("div", { className: "zl-stage", tabIndex: 0, role: "group", ariaLabel: `Stage: ${title}` });
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "zl-picture");
  svg.setAttribute("role", "img");
  const name = document.createElementNS(SVG, "title");
  svg.append(name);
  const layers = {};
  for (const layer of LAYERS) {
    layers[layer] = document.createElementNS(SVG, "g");
    svg.append(layers[layer]);
  }

  const button = (action, label, keys) => {
    const made = element("button", { type: "button", title: `${label} (${keys})`, ariaLabel: label }, icon(action));
    made.addEventListener("click", () => run(action === "pause" ? "toggle" : action));
    return made;
  };
  const toggle = button("pause", "Pause", "space");
  const [toNow, now] = film ? ["To the end (End)", "End"] : ["Follow what happens now (End)", "Live"];
  const live = element("button", { type: "button", title: toNow }, now);
  live.addEventListener("click", () => run("live"));
  const speed = element("select", { ariaLabel: "Speed", title: "Speed of the film" });
  for (const [value, label] of [[0.25, "¼ ×"], [0.5, "½ ×"], [1, "1 ×"], [2, "2 ×"]]) {
    speed.append(element("option", { value, textContent: label, selected: value === timeline.speed }));
  }
  speed.addEventListener("change", () => ((timeline.speed = Number(speed.value)), timeline.wake()));
  const scrubber = element("input", { type: "range", min: 0, max: 0, value: 0, ariaLabel: "Event" });
  scrubber.addEventListener("input", () => {
    pause(timeline);
    const step = stops(timeline)[scrubber.value - 1];
    timeline.seek(step ? step.at : timeline.steps[0].at - 1);
    timeline.wake();
  });
  const marks = document.createElementNS(SVG, "svg");
  marks.setAttribute("aria-hidden", "true");
  const totals = element("span", { className: "zl-totals" });
  const inspector = makeInspector(timeline);
  const sequence = makeSequence(timeline, inspector.choose);
  svg.addEventListener("click", (event) => {
    const piece = event.target.closest("[data-piece^='pills/']")?.dataset.piece;
    if (!piece) return;
    pause(timeline);
    inspector.choose(piece.split("/")[1]);
    timeline.wake();
  });
  const unfold = element("button", { type: "button", ariaPressed: "false", title: "Sequence diagram" }, "Sequence");
  unfold.addEventListener("click", () => {
    sequence.root.hidden = !sequence.root.hidden;
    unfold.ariaPressed = String(!sequence.root.hidden);
    sequence.draw();
  });
  const text = element("button", { type: "button", ariaPressed: "false", title: "What happened, as a list" }, "List");
  const gone = element("div", { className: "zl-gone-note", role: "status", hidden: true });
  const caption = element("span", { className: "zl-caption" });
  const log = element("ol", { className: "zl-log", hidden: true, tabIndex: 0, ariaLabel: "What happened, in order" });
  text.addEventListener("click", () => {
    log.hidden = !log.hidden;
    text.ariaPressed = String(!log.hidden);
    draw();
  });
  const summary = element("div", { className: "zl-hidden", role: "log", ariaLive: "polite" });
  root.append(
    svg,
    element(
      "div",
      { className: "zl-transport", role: "toolbar", ariaLabel: "Playback" },
      button("start", "To the start", "Home"),
      button("back", "Back one event", "←"),
      toggle,
      button("step", "Forward one event", "→"),
      live,
      element("span", { className: "zl-scrubber" }, marks, scrubber),
      speed,
      unfold,
      text,
      totals,
      caption,
    ),
    element("div", { className: "zl-panels" }, sequence.root, inspector.root),
    log,
    gone,
    summary,
  );
  el.append(root);

  function run(action) {
    act[action](timeline);
    timeline.wake();
  }

  const KEYS = { ArrowLeft: "back", ArrowRight: "step", " ": "toggle", Home: "start", End: "live" };
  root.addEventListener("keydown", (event) => {
    if (goOn(event)) return;
    event.stopPropagation(); // JupyterLab's own shortcuts do not fire here
    if (event.ctrlKey || event.altKey || event.metaKey) return; // the browser's own
    const inControl = event.target.closest("button, input, select, a") !== null;
    if (!inControl && KEYS[event.key]) {
      run(KEYS[event.key]);
      event.preventDefault();
    }
    if (event.key.toLowerCase() === "p" && event.target !== scrubber) project(!root.classList.contains("zl-projector"));
    if (event.key === "Escape") project(false);
  });

  /** For a room: the picture alone, as large as the screen. */
  function project(on) {
    root.classList.toggle("zl-projector", on);
    // Where the browser gives no full screen, the class alone fills the notebook.
    if (on) root.requestFullscreen?.().catch(() => null);
    else if (document.fullscreenElement === root) document.exitFullscreen();
    if (on) root.focus();
  }
  root.addEventListener("fullscreenchange", () => document.fullscreenElement || project(false));

  /** Nobody answers any more: what is here can still be played. */
  const leave = whenOver(model, (words) => {
    gone.textContent = words === GONE ? `${words} This is the picture of before.` : words;
    gone.hidden = false;
  });

  // What stands in the page: piece by piece, so that only what changed is touched.
  const shown = new Map();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  function show(name, piece) {
    const layer = layers[name.split("/")[0]];
    if (!layer && name !== "size" && name !== "totals") return; // of the sequence diagram, or the inspector
    if (name === "size") {
      const [width, height] = piece.split(" ");
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      shown.set(name, { piece });
      return;
    }
    if (name === "totals") {
      totals.textContent = piece;
      shown.set(name, { piece });
      return;
    }
    const group = document.createElementNS(SVG, "g");
    group.setAttribute("data-piece", name);
    const entry = { piece, group };
    if (typeof piece === "string") {
      group.innerHTML = piece; // markup made by drawing.py, in which every text is escaped
    } else {
      group.innerHTML = piece.svg;
      entry.points = pointsAlong(piece.d);
    }
    const old = shown.get(name)?.group;
    if (old) old.replaceWith(group);
    else layer.append(group);
    shown.set(name, entry);
  }

  function place({ piece, group, points }) {
    const along = (timeline.clock - piece.from) / (piece.to - piece.from);
    const visible = along >= 0 && along < 1;
    group.style.display = visible ? "" : "none";
    if (!visible) return;
    const eased = calm.matches ? 0.5 : along * along * (3 - 2 * along);
    const at = (piece.back ? 1 - eased : eased) * (points.length - 1);
    const [here, next, part] = [points[Math.floor(at)], points[Math.ceil(at)], at % 1];
    const [x, y] = [here.x + (next.x - here.x) * part, here.y + (next.y - here.y) * part];
    group.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`);
  }

  let version = -1;
  let listed = -1;
  let logged = "";
  let drawn = -1;
  let announced = -1000;
  let later = 0;

  function draw() {
    if (version !== timeline.version) {
      version = timeline.version;
      for (const [name, entry] of shown) {
        if (!timeline.pieces.has(name)) {
          entry.group?.remove();
          shown.delete(name);
        }
      }
      for (const [name, piece] of timeline.pieces) if (shown.get(name)?.piece !== piece) show(name, piece);
      name.textContent = `${title}: ${totals.textContent}`;
    }
    for (const [name, entry] of shown) if (name.startsWith("pills/")) place(entry);
    drawTransport();
    announce();
  }

  let told = "";
  function drawTransport() {
    const { steps, playing, live: following, speed: rate } = timeline;
    const now = [timeline.version, timeline.applied, steps.length, playing, following, rate, log.hidden];
    if (told === String(now)) return; // between two steps only pills move
    told = String(now);
    const all = stops(timeline);
    const done = all.filter((step) => step.at <= timeline.clock).length;
    scrubber.max = String(all.length);
    scrubber.value = String(done);
    scrubber.disabled = all.length === 0;
    scrubber.ariaValueText = done ? `event ${done} of ${all.length}: ${all[done - 1].say}` : "the beginning";
    toggle.replaceChildren(icon(timeline.playing ? "pause" : "play"));
    toggle.ariaLabel = timeline.playing ? "Pause" : "Play";
    toggle.title = `${toggle.ariaLabel} (space)`;
    toggle.ariaPressed = String(!timeline.playing);
    live.ariaPressed = String(timeline.live);
    speed.value = String(timeline.speed);
    const current = timeline.steps.slice(0, timeline.applied).findLast((step) => step.say && step.kind);
    const when = current?.real ? momentWords(current.real) : "";
    const cut = current?.cut ? ` ⫽ after ${current.cut} s in which nothing happened` : "";
    const beginning = timeline.trimmed ? "Here the record begins: what was before is not kept one by one." : "";
    caption.textContent = timeline.live ? "" : !current ? beginning : `${when}  ${current.say}${cut}`;
    root.dataset.applied = String(timeline.applied);
    root.dataset.events = String(timeline.steps.length);
    root.dataset.live = String(timeline.live);
    if (drawn !== timeline.version) sequence.draw();
    inspector.draw();
    drawn = timeline.version;
    if (listed !== all.length) drawMarks(all);
    if (!log.hidden) drawLog(all, done);
    listed = all.length;
  }

  function drawMarks(all) {
    marks.replaceChildren();
    marks.setAttribute("viewBox", `0 0 ${Math.max(1, all.length)} 8`);
    marks.setAttribute("preserveAspectRatio", "none");
    const few = all.length <= 60;
    all.forEach((step, index) => {
      if (!few && step.kind !== "fault") return;
      const mark = document.createElementNS(SVG, "path");
      const wide = all.length / 60;
      const x = index + 1;
      mark.setAttribute("class", `zl-mark-${step.kind}`);
      mark.setAttribute("d", step.kind === "fault" ? `M${x - wide},8h${2 * wide}l${-wide},-8z` : `M${x - wide / 4},5h${wide / 2}v3h${-wide / 2}z`);
      marks.append(mark);
    });
  }

  function drawLog(all, done) {
    const from = Math.max(0, Math.min(done - 150, all.length - 300)); // 300 events around this one
    if (logged !== `${from} ${all.length}`) {
      logged = `${from} ${all.length}`;
      log.start = from + 1;
      log.replaceChildren(...all.slice(from, from + 300).map((step) => element("li", { textContent: step.say })));
    }
    [...log.children].forEach((item, index) => item.classList.toggle("zl-now", from + index + 1 === done));
    const item = log.children[done - from - 1];
    if (timeline.live || !item) log.scrollTop = timeline.live ? log.scrollHeight : 0;
    else log.scrollTop += item.getBoundingClientRect().top - log.getBoundingClientRect().top - (log.clientHeight - item.offsetHeight) / 2;
  }

  /** For screen readers: what changed, at most once a second. */
  function announce() {
    if (summary.textContent === totals.textContent) return;
    const wait = announced + 1000 - performance.now();
    if (wait > 0) {
      later ||= setTimeout(() => ((later = 0), announce()), wait);
      return;
    }
    clearTimeout(later);
    later = 0;
    announced = performance.now();
    summary.textContent = totals.textContent;
  }

  function followTheme() {
    const light = document.body.dataset.jpThemeLight;
    const dark = light ? light === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.classList.toggle("zl-dark", dark);
  }
  followTheme();
  const observer = new MutationObserver(followTheme);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const scheme = matchMedia("(prefers-color-scheme: dark)"); // where there is no JupyterLab
  scheme.addEventListener("change", followTheme);

  function close() {
    leave();
    observer.disconnect();
    scheme.removeEventListener("change", followTheme);
    clearTimeout(later);
  }

  return { draw, close, picture: svg };
}

/** Bring a film into view if somebody has asked for it, by a button in the same output. */
function seeIfAsked(el) {
  const output = el.closest(".jp-OutputArea, .cell-output, .output_area");
  if (!output?.contains(document.activeElement)) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  el.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

// anywidget --------------------------------------------------------------------------------------------------------

export default {
  /** Once a stage. What is listened to here is heard until the stage is closed, whichever of its views are. */
  initialize({ model }) {
    const token = model.get("token");
    const timeline = makeTimeline(model);
    timelines.set(token, timeline);
    model.on("msg:custom", timeline.hear);
    const atLast = () => model.get("last")?.history && timeline.hear(model.get("last"));
    model.on("change:last", atLast); // its lab is closed, and leaves it what it may not have asked for yet
    atLast();
    const leave = watchKernel(model);
    return () => {
      leave();
      timelines.delete(token);
    };
  },

  render({ model, el }) {
    const timeline = timelines.get(model.get("token"));
    const view = makeView(model, timeline, el);
    if (timeline.steps.length && !model.get("film")) act.live(timeline); // who shows it anew wants to see what happens now
    timeline.views.add(view);
    view.draw();
    timeline.wake();
    tell(model, "hello");
    const watch = model.get("film") ? new IntersectionObserver((entries) => {
      timeline.inSight = entries[entries.length - 1].isIntersecting;
      timeline.beginFilm();
    }, { threshold: 0.7 }) : null;
    watch?.observe(view.picture);
    if (watch) setTimeout(() => seeIfAsked(el), 100); // when it has its place in the page
    return () => {
      watch?.disconnect();
      timeline.views.delete(view);
      view.close();
    };
  },
};
