"""Every text of the stage and of the controls can be read: 4.5 to 1 against what is behind it, light and dark.

Measured in the page, from the colours that Chromium computes, with JupyterLab's own themes around.
"""

import sys
from html import escape
from pathlib import Path
from types import SimpleNamespace

import anywidget
import ipywidgets
import pytest
from zmqlab import Lab
from zmqlab.course import LESSONS
from zmqlab.course.pipeline.batches import Batches
from zmqlab.course.publish_subscribe.topics import Topics
from zmqlab.course.publish_subscribe.trials import Trials
from zmqlab.course.queues_and_limits.attempts import Attempts
from zmqlab.course.queues_and_limits.figures import NOT_KNOWN, QUEUES, Figures
from zmqlab.course.queues_and_limits.queues import Queues
from zmqlab.course.queues_and_limits.stopwatch import Stopwatch
from zmqlab.course.start_here.place import Place
from zmqlab.learning.asking import Ask
from zmqlab.learning.checking import Verdict
from zmqlab.learning.progress import Progress
from zmqlab.learning.trying import KINDS, Try
from zmqlab.page.control import Control, in_words
from zmqlab.page.faults import Faults
from zmqlab.page.library import shared_library
from zmqlab.page.outlet import Outlet
from zmqlab.page.sender import Sender
from zmqlab.picture.drawing import still
from zmqlab.record import events as kinds

from tests.browser.alone import Alone, bare_page, still_time
from tests.browser.test_layouts import LAYOUTS, Plan
from tests.unit.common import Showing, made

ENOUGH = 4.5
THEMES = Path(sys.prefix) / "share/jupyter/lab/themes/@jupyterlab"
HERE = "tcp://127.0.0.1:51877"

MEASURE = """(root) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const ink = canvas.getContext("2d", { willReadFrequently: true });

    /** Red, green, blue from 0 to 255 and alpha from 0 to 1, of any colour that CSS knows. */
    function read(colour) {
        ink.clearRect(0, 0, 1, 1);
        ink.fillStyle = colour;
        ink.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = ink.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    }
    const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };

    const group = (element) => {
        for (let one = element; one; one = one.parentElement) if (parseFloat(getComputedStyle(one).opacity) < 1) return one;
        return null;
    };

    /** What is painted behind a text, from the back to the front: backgrounds, shapes, a halo around the letters. */
    function behind(element, x, y) {
        const found = [];
        const style = getComputedStyle(element);
        const halo = element instanceof SVGElement && style.paintOrder.startsWith("stroke") && parseFloat(style.strokeWidth) >= 4;
        if (halo) found.push([element, style.stroke]);
        const under = document.elementsFromPoint(x, y);
        const from = under.findIndex((one) => one === element || element.contains(one));
        if (from < 0) throw new Error(`out of sight: ${element.outerHTML} at ${x}, ${y}`);
        for (const one of under.slice(from)) {
            const { fill, backgroundColor } = getComputedStyle(one);
            const shape = ["rect", "circle"].includes(one.localName);
            if (shape && fill !== "none") found.push([one, fill]);
            if (!(one instanceof SVGElement) || one.localName === "svg") found.push([one, backgroundColor]);
        }
        return found.reverse();
    }

    function measure(element, words) {
        element.scrollIntoView({ block: "center", inline: "center" });
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        const layers = behind(element, (left + right) / 2, (top + bottom) / 2);
        const paint = (layers) => layers.reduce((below, [, colour]) => over(read(colour), below), [255, 255, 255]);
        let ground = paint(layers);
        let letters = over(read(element instanceof SVGElement ? style.fill : style.color), ground);
        const pale = group(element); // is painted as one, and then shines through
        if (pale) {
            const alpha = parseFloat(getComputedStyle(pale).opacity);
            const beyond = paint(layers.filter(([one]) => !pale.contains(one)));
            [letters, ground] = [letters, ground].map((colour) => over([...colour, alpha], beyond));
        }
        const [light, dark] = [luminance(letters), luminance(ground)].sort((a, b) => b - a);
        const kind = `${element.localName}.${element.getAttribute("class") ?? ""}`;
        return { words, kind, contrast: (light + 0.05) / (dark + 0.05) };
    }

    const texts = [];
    for (const element of root.querySelectorAll("*")) {
        const words = element.matches("input:not([type=range])") ? element.value
            : [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
        if (!words || ["title", "style", "option"].includes(element.localName)) continue;
        const isShown = element.getClientRects().length && getComputedStyle(element).visibility === "visible";
        if (isShown && !element.closest(".zl-hidden")) texts.push(measure(element, words));
    }
    for (const select of root.querySelectorAll("select")) texts.push(measure(select, select.selectedOptions[0].textContent));
    return texts;
}"""


@pytest.fixture(scope="module")
def context(browser):
    context = still_time(browser)
    yield context
    context.close()


@pytest.fixture(params=["light", "dark"])
def page(request, context):
    """A page as JupyterLab colours it, in one of its themes."""
    page = bare_page(context)
    page.emulate_media(color_scheme=request.param)
    page.add_style_tag(path=THEMES / f"theme-{request.param}-extension" / "index.css")
    page.evaluate("(light) => { document.body.dataset.jpThemeLight = light; }", str(request.param == "light").lower())
    page.add_style_tag(content="body { background: var(--jp-layout-color0) }")
    yield page
    page.close()


def hard_to_read(place):
    texts = place.evaluate(MEASURE)
    assert texts
    return [text for text in texts if text["contrast"] < ENOUGH]


def words_on(place):
    return " ".join(text["words"] for text in place.evaluate(MEASURE))


def all_that_can_be_said():
    """A story in which every kind of words that a stage has is on the page at once."""
    plan = LAYOUTS["publish-subscribe"]()
    plan.note("you", kinds.Refused, 2, call="send", why="SUB sockets do not send")
    plan.connects("late", 7, "SUB", HERE, topics=[b""], up=False).message("weather station", 1, "sent", b"paris", b"2")
    plan.note("dashboard", kinds.Died, fault="sent").note("slow archive", kinds.Stopped)
    return plan.wait("you", 2)


def test_the_stage_with_everything_open(page):
    alone = Alone(page)
    view = alone.open()
    alone.show(all_that_can_be_said())
    view.press("Live")
    view.press("Pause")
    view.press("Sequence")
    view.find(".zl-sequence [data-message]").dispatch_event("click")
    in_sequence = words_on(view.place)
    assert hard_to_read(view.place) == []
    view.press("List")  # takes its place
    alone.fire("comm:close")
    alone.wait(20)
    in_list = words_on(view.place)
    assert hard_to_read(view.place) == []
    view.press("List")  # the picture again
    said = in_list + words_on(view.place)
    for words in (
        "bind",
        "not delivered",
        "stayed here",
        "queue",
        "waiting for a peer",
        "died",
        "stopped",
        "everything",
    ):
        assert words in said
    for words in ("ms", "stays for ", "send() refused"):
        assert words in in_sequence
    for words in ("Copy as Python", "frame", "kernel", "makes a PUB", "1 ×"):
        assert words in said
    assert hard_to_read(view.place) == []


def test_messages_on_their_way(page):
    alone = Alone(page)
    view = alone.open()
    story = Plan().binds("server", 1, "REP", HERE).connects("client", 2, "REQ", HERE)
    alone.show(story.message("client", 2, "sent", b"first frame", b"another"))
    while "pills/1" not in view.shown():
        alone.wait(50)
    view.press("Pause")
    assert "first frame" in words_on(view.place)
    assert hard_to_read(view.place) == []


def test_a_flood(page):
    alone = Alone(page)
    view, story = alone.open(), Plan().binds("a", 1, "PUSH", HERE).connects("b", 2, "PULL", HERE)
    alone.show(story, 0)
    for tick in range(1, 40):
        now, total = tick * 50_000_000, 4920 * tick
        story.events += [kinds.Counted(now, "a", 1, total, 0), kinds.Counted(now, "b", 2, 0, total)]
        alone.show(story, now)
    view.press("Live")
    alone.rest()
    assert "98.4 k a second" in words_on(view.place)
    assert hard_to_read(view.place) == []


def test_the_projector(page):
    alone = Alone(page)
    view = alone.open()
    alone.show(LAYOUTS["1-to-1"]())
    view.press("Live")
    view.key("p")
    assert hard_to_read(view.place) == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_still_picture(page, name):
    page.evaluate("(svg) => { document.body.innerHTML = svg; }", still(LAYOUTS[name]().scene))
    assert hard_to_read(page.query_selector("body")) == []


# the controls: ipywidgets, written as the HTML that they become


def as_html(widget):
    """Return a widget as its front end writes it, as far as styles see it."""
    kinds = " ".join(widget._dom_classes)
    if isinstance(widget, ipywidgets.Box):
        return f'<div class="widget-box {kinds}">{"".join(map(as_html, widget.children))}</div>'
    if isinstance(widget, ipywidgets.HTML):
        hidden = 'style="display: none"' if widget.layout.display == "none" else ""
        return f'<div class="widget-html {kinds}" {hidden}><div class="widget-html-content">{widget.value}</div></div>'
    if isinstance(widget, ipywidgets.Button):
        disabled = "disabled" if widget.disabled else ""
        return f'<button class="jupyter-button {kinds}" {disabled}>{escape(widget.description)}</button>'
    if isinstance(widget, ipywidgets.IntSlider | ipywidgets.SelectionSlider):
        shown = getattr(widget, "label", None) or widget.value
        words = f'<label class="widget-label">{widget.description}</label><div class="widget-readout">{shown}</div>'
        return f'<div class="jupyter-widgets widget-slider widget-hslider {kinds}">{words}</div>'
    assert isinstance(widget, anywidget.AnyWidget)
    said = f'<div class="zl-messages">{getattr(widget, "said", "")}</div>' if isinstance(widget, Outlet) else ""
    return f'<div class="{kinds}" data-widget="{widget.model_id}">{said}</div>'


def widgets_in(widget):
    """Return the widgets that draw themselves, with what they need for it."""
    if isinstance(widget, anywidget.AnyWidget):
        state = {name: getattr(widget, name) for name in widget.trait_names(sync=True) if not name.startswith("_")}
        state = {name: value for name, value in state.items() if isinstance(value, str | list | dict)}
        return [{"id": widget.model_id, "esm": widget._esm, "state": state}]
    return [found for child in getattr(widget, "children", ()) for found in widgets_in(child)]


DRAW = """async ([widgets, library]) => {
    const widget_manager = { get_model: async () => ({ get: (name) => library[name] }) };
    for (const { id, esm, state } of widgets) {
        const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
        const { default: made } = await import(address);
        const get = (name) => name === "library" ? "" : state[name];
        const model = { get, on() {}, off() {}, send() {}, set() {}, save_changes() {}, widget_manager };
        const el = document.querySelector(`[data-widget="${id}"]`);
        const widget = made();
        widget.initialize({ model });
        await widget.render({ model, el });
    }
}"""


@pytest.fixture
def nobody():
    """A lab in which nobody is at work: what is pressed says so."""
    made = Lab("nobody")
    yield made
    made.close()


def of(lab, control):
    """Give a control its lab, and have nobody begin to work for it."""
    Control.attach(control, lab, lab._bench)
    return made(control)


def tell(control, events):
    """Have a control hear of events, and its output say in its outlet what came of them."""
    showing = Showing(control)
    showing.tell(events)
    control.outlet.said = showing.html


def show(page, *controls):
    """Show controls in a page. Returns the place where they stand."""
    # What an outlet has no room for is scrolled to: here it stands there whole.
    whole = "flex: none !important; height: auto !important; overflow: visible !important;"
    html = f"<style>.zl-panel :is(.zl-outlet, .zl-room) {{ {whole} }}</style>"
    html += "".join(as_html(control.widget) for control in controls)
    page.evaluate("(html) => { document.body.innerHTML = html; }", html)
    shelf = {"parts": shared_library().parts, "scripts": shared_library().scripts}
    page.evaluate(DRAW, [[widget for control in controls for widget in widgets_in(control.widget)], shelf])
    return page.query_selector("body")


def test_a_sender_and_its_log(page, nobody):
    sender = of(nobody, Sender("client", title="You are the client", frames=True))
    began, ended = 1_000, 2_000_000
    sent = kinds.Sent(began, "client", 1, (b"Hello",), (5,), 1)
    received = kinds.Received(ended, "client", 1, (b"World",), (5,), 1, ended)
    refused = kinds.Refused(ended + 1, "client", 1, call="send", why="not your turn")
    was_made = kinds.SocketMade(1, "client", 1, "REQ")
    waits = kinds.Waits(ended + 2, "client", 1, "recv")
    tell(sender, [was_made, sent, received, refused, sent._replace(time=ended + 1, total=2), waits])
    sender.send()
    place = show(page, sender)
    said = words_on(place)
    for words in (
        "You are the client",
        "Hello",
        "+ frame",
        "− frame",
        "Send",
        "→ Hello",
        "2.00 ms",
        "✗ send() refused",
        "waiting for the reply",
        "No actor",
    ):
        assert words in said
    assert hard_to_read(place) == []
    page.hover(".zl-button-main")
    assert hard_to_read(place) == []


def test_buttons_for_faults(page):
    place = show(page, Faults("server", "received"))
    assert "Let it die" in words_on(place)
    assert hard_to_read(place) == []


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_a_fault_that_is_armed(page):
    faults = made(Faults("server", "sent"))
    tell(faults, [kinds.Started(0, "server"), kinds.Armed(1, "server", None, fault="sent")])
    place = show(page, faults)
    assert "server is armed" in words_on(place)
    assert hard_to_read(place) == []


def test_a_question_and_its_verdicts(page, tmp_path):
    lesson = LESSONS["request-reply"]
    place = show(page, Ask("request-reply", lesson.opening, Progress(tmp_path / "progress.json"), "From before"))
    assert "What happens?" in words_on(place)
    assert hard_to_read(place) == []
    for letter, verdict in (("A", "but that is not so."), ("B", "and so it is.")):
        asked = Ask("request-reply", lesson.opening, Progress(tmp_path / f"{letter}.json"), "From before")
        asked._press("answer", letter)
        place = show(page, asked)
        assert verdict in words_on(place)
        assert hard_to_read(place) == []


def test_an_exercise_and_its_four_answers(page, tmp_path):
    panel = Try(
        "request-reply", 1, LESSONS["request-reply"].exercise("serve"), lambda name: None, Progress(tmp_path / "p")
    )
    panel._press("hint", "")
    panel._press("solution", "")
    for kind in KINDS:
        panel._verdict = Verdict(kind, f"This is {kind}", "Words about it, with `code`.")
        panel._show()
        place = show(page, panel)
        assert f"This is {kind}" in words_on(place)
        assert hard_to_read(place) == []


def test_a_switch_between_thread_and_process(page):
    place = made(Place("server"))
    tell(place, [kinds.Started(1, "server", None, process=4711)])
    shown = show(page, place)
    assert "works in process 4711" in words_on(shown)
    assert hard_to_read(shown) == []


def test_subscriptions_and_what_passed(page, nobody):
    topics = of(nobody, Topics("you", ["paris", "everything"]))
    events = [
        kinds.Started(0, "you", function="you"),
        kinds.SocketMade(1, "you", 1, "SUB"),
        kinds.SocketMade(2, "station", 2, "PUB"),
        kinds.Bound(3, "station", 2, HERE),
        kinds.Connected(3, "you", 1, HERE),
        kinds.LinkUp(4, "you", 1, HERE),
        kinds.Subscribed(5, "you", 1, b"lon"),
    ]
    for number, frame in enumerate((b"london", b"oslo"), 1):
        events.append(kinds.Sent(8 + number, "station", 2, (frame,), (len(frame),), number))
    tell(topics, [*events, kinds.Received(11, "you", 1, (b"london",), (6,), 1, 11)])
    topics.enter("new")
    shown = show(page, topics)
    for words in ("lon ×", "+ paris", "lon", "don", "received 1", "oslo", "1 stayed", "No actor is called"):
        assert words in words_on(shown)
    assert hard_to_read(shown) == []
    page.hover(".zl-chip-off")
    assert hard_to_read(shown) == []


def test_trials_and_how_they_came_out(page):
    trials = made(Trials(lambda: True, "Sleep, then publish"))
    trials._once = lambda sleep, link: True
    trials._run_all(0, 0)
    trials._once = lambda sleep, link: 1 / 0
    with pytest.raises(ZeroDivisionError) as raised:
        trials._run_all(0, 0)
    trials.say(in_words(raised.value))
    shown = show(page, trials)
    for words in ("20 of 20 arrived", "sleep 0 ms", "ZeroDivisionError", "Run it 20 times", "the link takes"):
        assert words in words_on(shown)
    assert hard_to_read(shown) == []


def test_a_batch_and_who_did_how_much(page, nobody):
    batches = of(nobody, Batches(lambda number: None, workers=2, kill="worker 2"))
    batches._hire = lambda workers, keep: None
    events = []
    for socket, name in enumerate(("worker 1", "worker 2"), 1):
        events += [kinds.Started(1, name, None), kinds.SocketMade(1, name, socket, type="PUSH")]
    events += [kinds.SocketMade(1, "sink", 9, "PULL"), kinds.Pressed(2, "ventilator", None, "Push 20 tasks")]
    sent = kinds.Sent(3, "worker 1", 1, (b"a",), (1,), 1)
    results = [kinds.Received(4 + number, "sink", 9, (b"a",), (1,), 1 + number, 4) for number in range(2)]
    tell(batches, [*events, sent, *results, kinds.Died(6, "worker 2", None, fault=None)])
    batches.push()
    shown = show(page, batches)
    for words in (
        "Push 20 tasks",
        "workers",
        "Kill worker 2",
        "1 of 20",
        "1 done",
        "0, died",
        "came a second time",
        "No actor",
    ):
        assert words in words_on(shown)
    assert hard_to_read(shown) == []


def test_three_queues_and_their_curve(page, nobody):
    queues = of(nobody, Queues("sender", "reader", {"sends": 50, "reads": 0, "size": 10_000, "mark": 10}))
    events = [kinds.Started(1, "sender"), kinds.SocketMade(1, "sender", 1, type="PUB")]
    events.append(kinds.Waits(2, "sender", 1, "send"))
    for second, places in enumerate(((0, 0, 0), (90, 100, 10)), 1):
        values = tuple(Figures(200, 0, *places, dropped=79, mark=10, size=10_000))
        events.append(kinds.Measured(second * 10**9, "sender", 1, QUEUES, values))
    tell(queues, events)
    queues.say("No actor is called so.")
    shown = show(page, queues)
    for words in (
        "Pause the sender",
        "message size",
        "10 kB",
        "waiting or dropped 90",
        "100 (1.0 MB)",
        "dropped: at least",
        "20 s before",
    ):
        assert words in words_on(shown)
    assert "waits in send()" in words_on(shown)
    assert hard_to_read(shown) == []
    unknown = Figures(201, 0, *[NOT_KNOWN] * 3, mark=10, size=10_000, over_tcp=0)
    tell(queues, [*events, kinds.Measured(3 * 10**9, "sender", 1, QUEUES, tuple(unknown))])
    shown = show(page, queues)
    assert "This is the total only" in words_on(shown)
    assert hard_to_read(shown) == []


def test_a_table_of_attempts(page):
    table = Attempts(
        lambda row, situation: "drops", ["PUB", "XPUB", "PUSH"], ["alone", "full"], ["drops", "waits"], "Who?"
    )
    shown = show(page, table)
    assert "you say: full" in words_on(shown)
    assert hard_to_read(shown) == []
    for row in ("PUB", "XPUB", "PUSH", "PUSH"):
        table.choose(row)
    table._try_all()
    shown = show(page, table)
    for words in ("✓ drops", "✗ waits", "right about 2 of 3"):
        assert words in words_on(shown)
    assert hard_to_read(shown) == []


def run_of(output, seconds):
    if output is None:
        raise TimeoutError
    return [SimpleNamespace(output=output)]


def test_a_stopwatch(page):
    watch = made(Stopwatch({"0": "gone", "-1": None}))
    watch.lab = SimpleNamespace(run=run_of)
    watch._time("0")
    watch._time("-1")
    shown = show(page, watch)
    for words in ("0: gone", "-1: had not ended"):
        assert words in words_on(shown)
    assert hard_to_read(shown) == []
