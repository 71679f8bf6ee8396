"""The stage alone in a page: no Jupyter, no kernel, and a clock that moves when a test says so.

The real `Stage` makes the messages, and a model of a few lines stands in for Jupyter's: between the two, a test can
hold messages back or lose them.
"""

import json

from zmqlab.page.assets import page_script
from zmqlab.page.library import STYLES
from zmqlab.page.stage import Stage
from zmqlab.picture.playback import Playback

LONGEST_FILM = 400
"""Half seconds of film after which it should have come to its end."""

STYLE = f"<style>{STYLES['widget.js']}</style>"
SET_UP = """() => {
    window.frames_asked = 0;
    const nextFrame = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (draw) => {
        window.frames_asked++;
        return nextFrame((now) => (draw(now), window.afterFrame?.()));
    };

    class Model {
        constructor(state) { this.state = state; this.listeners = []; this.sent = []; }
        get(name) { return this.state[name]; }
        set(name, value) { this.state[name] = value; this.fire(`change:${name}`); }
        save_changes() {}
        send(content) { this.sent.push(content); }
        fire(event, ...args) { for (const [e, listener] of [...this.listeners]) if (e === event) listener(...args); }
        // As anywidget does: what a view listens to, it hears until it is closed.
        within(context) {
            const proxy = Object.create(this);
            proxy.on = (event, listener) => this.listeners.push([event, listener, context]);
            proxy.off = (event, listener) => {
                this.listeners = this.listeners.filter(([e, its, of]) => e !== event || its !== listener || of !== context);
            };
            return proxy;
        }
        forget(context) { this.listeners = this.listeners.filter(([, , its]) => its !== context); }
    }

    const models = new Map();
    window.alone = {
        model(state) {
            if (!models.has(state.token)) {
                const made = new Model(state);
                models.set(state.token, made);
                made.end = widget.initialize({ model: made.within("the model") });
            }
            return models.get(state.token);
        },
        destroy(state) {
            this.model(state).end();
            models.delete(state.token);
        },
        open(state) {
            const el = document.body.appendChild(document.createElement("div"));
            el.className = "view";
            const model = this.model(state);
            const end = widget.render({ model: model.within(el), el });
            el.end = () => (model.forget(el), end());
        },
    };
}"""
MOUNT = "window.mountFilm = main.mountFilm;"
"""What a page with no kernel has of ours: a film, and no widget."""
MOUNTED = """([film, title]) => {
    const el = document.body.appendChild(document.createElement("div"));
    el.className = "view";
    const { close } = mountFilm(el, film, { title });
    el.end = close;
}"""
OPEN = "(state) => alone.open(state)"
DELIVER = "([state, messages]) => messages.forEach((message) => alone.model(state).fire('msg:custom', message, []))"
FIRE = "([state, event]) => alone.model(state).fire(event)"
HEARD = "(state) => alone.model(state).sent.splice(0)"
AS_SHOWN = """(pieces) => Object.fromEntries(Object.entries(pieces).map(([name, svg]) => {
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    group.innerHTML = svg;
    return [name, group.innerHTML];
}))"""
SHOWN = """(view) => ({
    ...Object.fromEntries([...view.querySelectorAll(".zl-picture [data-piece]")]
        .filter((piece) => piece.style.display !== "none")
        .map((piece) => [piece.dataset.piece, piece.innerHTML])),
    size: view.querySelector(".zl-picture").getAttribute("viewBox").replace("0 0 ", ""),
    totals: view.querySelector(".zl-totals").textContent,
})"""


def still_time(browser):
    """Return a browser context in which time stands still but for `Alone.wait`."""
    context = browser.new_context(viewport={"width": 1100, "height": 1400})
    context.clock.install(time=0)
    context.clock.pause_at(1)
    return context


def bare_page(context):
    """Open a page with the script of a stage and its styles in it, and nothing else."""
    page = context.new_page()
    script = f'<script type="module">{page_script("widget.js", "window.widget = main.default;")}</script>'
    page.set_content(f"<!doctype html><html lang='en'><title>alone</title>{STYLE}<body>{script}</body></html>")
    page.wait_for_function("() => Boolean(window.widget)")
    page.evaluate(SET_UP)
    return page


def page_without_kernel(context):
    """Open a page in which films can be mounted (`Mounted`), and no widget."""
    page = context.new_page()
    script = f'<script type="module">{page_script("film.js", MOUNT)}</script>'
    page.set_content(f"<!doctype html><html lang='en'><title>no kernel</title>{STYLE}<body>{script}</body></html>")
    page.wait_for_function("() => Boolean(window.mountFilm)")
    return page


class Page:
    """A page in which time passes when a test says so."""

    def __init__(self, page):
        self.page = page

    def wait(self, milliseconds):
        """Let time pass."""
        self.page.clock.run_for(milliseconds)

    def as_shown(self, pieces):
        """Return pieces of the kernel's as the page writes them."""
        whole = {name: pieces[name] for name in ("size", "totals")}
        drawn = {name: piece for name, piece in pieces.items() if name not in whole}
        return self.page.evaluate(AS_SHOWN, drawn) | whole


class Mounted(Page):
    """A film in a page that has no kernel."""

    def __init__(self, page, stage):
        """Mount what a stage has told until now: the page hears no more of it."""
        super().__init__(page)
        self.page.evaluate(MOUNTED, [json.loads(json.dumps(stage.told())), stage.title])
        self.wait(20)
        self.view = View(self, page.locator(".view").last.element_handle())


class Alone(Page):
    """One stage of a kernel that is not there, and its views in a page."""

    def __init__(self, page, playback=None, film=None, title="alone"):
        super().__init__(page)
        self.playback = playback or Playback()
        self.stage = Stage(self.playback, title, film=film)
        self.under_way = []
        self.steps = []
        self.stage.send = self.under_way.append
        self.state = {name: getattr(self.stage, name) for name in ("token", "title", "picture", "film", "last", "over")}

    # the kernel's side

    def happens(self, story, at_once=None):
        """Let the events of a story happen, one by one, or `at_once` at this moment (ns). The story begins anew.

        What the kernel says of them is under way.
        """
        events, story.events = story.events, []
        steps = self.playback.film(events) if at_once is None else self.playback.tell(events, at_once)
        self.steps += [step._asdict() for step in steps]
        self.stage.show(steps)

    def heal(self):
        """Let the kernel send the whole picture, as it does now and then."""
        self.stage.heal()

    def answer(self):
        """Let the kernel hear what the page has said."""
        for content in self.page.evaluate(HEARD, self.state):
            self.stage._hear(self.stage, content, [])

    def lose(self):
        """Lose what is under way."""
        self.under_way.clear()

    def deliver(self):
        """Let what is under way arrive."""
        messages = json.loads(json.dumps(self.under_way))
        self.under_way.clear()
        self.page.evaluate(DELIVER, [self.state, messages])

    def show(self, story, at_once=None):
        """Let the events of a story happen, and the page hear of it."""
        self.happens(story, at_once)
        self.deliver()

    def fire(self, event):
        """Let the model say that something happened to it."""
        self.page.evaluate(FIRE, [self.state, event])

    # the page's side

    def open(self):
        """Open one more view, as a page does that hears nothing yet. Returns it."""
        self.page.evaluate(OPEN, self.state)
        self.wait(20)
        return View(self, self.page.locator(".view").last.element_handle())

    def frames(self):
        """Return how many frames the page has asked for, so far."""
        return self.page.evaluate("window.frames_asked")

    def rest(self):
        """Let time pass until nothing moves."""
        for _ in range(LONGEST_FILM):
            before = self.frames()
            self.wait(500)
            if self.frames() == before:
                return
        raise AssertionError("the stage does not come to rest")


class View:
    """One view of a stage: what there is to press, and to see."""

    def __init__(self, alone, place):
        self.alone, self.place = alone, place
        self.page = alone.page
        self.root = place.query_selector(".zl-stage")

    def find(self, selector):
        return self.place.query_selector(selector)

    def all(self, selector):
        return self.place.query_selector_all(selector)

    def button(self, name):
        """Return the button that says so, by its words or its label."""
        return self.place.query_selector(f'button[aria-label="{name}"], button:text-is("{name}")')

    def press(self, name):
        """Press a button, and let the page draw what comes of it."""
        self.button(name).evaluate("(button) => button.click()")  # a click of the mouse takes ten times as long
        self.alone.wait(20)

    def key(self, key):
        """Press a key while the stage has the focus."""
        self.root.focus()
        self.page.keyboard.press(key)
        self.alone.wait(20)

    def scrub(self, event):
        """Drag the scrubber to an event: 0 is the beginning."""
        self.find("input[type=range]").fill(str(event))
        self.alone.wait(20)

    def shown(self):
        """Return what is in sight: the pieces by name, the size and the totals."""
        return self.place.evaluate(SHOWN)

    def totals(self):
        return self.find(".zl-totals").text_content()

    def events(self):
        """Return how many events one can stop at."""
        return int(self.find("input[type=range]").get_attribute("max"))

    def event(self):
        """Return at which of them the film is."""
        return int(self.find("input[type=range]").input_value())

    def walk(self, name):
        """Press a button as often as there are events. Returns what is in sight after each."""
        seen = []
        for _ in range(self.events()):
            self.press(name)
            seen.append(self.shown())
        return seen

    def close(self):
        """Close the view, as anywidget does."""
        self.place.evaluate("(view) => { view.end(); view.remove(); }")
