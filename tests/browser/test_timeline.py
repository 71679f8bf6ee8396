"""The parts of the page one by one: what the state of a film does, when it moves, and what its small views draw.

All on one page that is made of a string. Time passes there when a test says so: it calls each frame itself.
"""

from itertools import pairwise

import pytest
from zmqlab.page.assets import page_script

from tests.browser.alone import STYLE

PARTS = ("arrivals", "inspector", "list", "moves", "playing", "sequence", "state", "timeline", "caption")
HELPERS = """
window.parts ??= {};
window.frames = [];
window.now = 0;
window.requestAnimationFrame = (draw) => frames.push(draw);
performance.now = () => now;

/** Let time pass, and the next frame be drawn. Returns whether one was asked for. */
window.frame = (ms = 16) => {
    now += ms;
    const asked = frames.splice(0);
    asked.forEach((draw) => draw(now));
    return asked.length > 0;
};
window.rest = () => {
    for (let count = 0; frame(100); count++) if (count > 10_000) throw new Error("it does not come to rest");
};
window.event = (at, put = {}, drop = [], more = {}) =>
    ({ at, kind: "message", put, drop, say: `at ${at}`, real: at, cut: 0, row: 44 + at / 10, ...more });
window.events = (...moments) => moments.map((at) => event(at, { now: `${at}` }));
window.look = (state) => Object.fromEntries(state.pieces);
/** A timeline that has this past, is at its end, and has one view. What it says stands in `said`. */
window.play = (history, more = {}) => {
    frames.length = 0;
    const said = [];
    const timeline = parts.timeline.makeTimeline(parts.state.newState(), (what) => said.push(what.type));
    timeline.hear({ type: "history", sequence: 0, base: { now: "before" }, history, ...more });
    const view = { drawn: 0, draw() { this.drawn++; } };
    const leave = timeline.add(view);
    let sequence = 0;
    const tell = (...steps) => timeline.hear({ type: "steps", sequence: ++sequence, steps });
    const lose = () => ++sequence;
    const heal = (pieces, at = 0) => timeline.hear({ type: "picture", sequence, at, pieces });
    return { timeline, state: timeline.state, said, view, leave, tell, lose, heal };
};
"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport={"width": 900, "height": 700})
    problems = []
    page.on("pageerror", lambda error: problems.append(error.stack))
    load = [page_script(f"{part}.js", f"(window.parts ??= {{}}).{part} = main;") for part in PARTS]
    scripts = "".join(f'<script type="module">{text}</script>' for text in [*load, HELPERS])
    page.set_content(f"<!doctype html><html lang='en'><title>parts</title>{STYLE}<body>{scripts}")
    loaded = f"() => window.play && Object.keys(parts).length === {len(PARTS)}"
    page.wait_for_function(loaded, polling=50)  # ms: no frame comes by itself any more
    yield page
    page.close()
    assert problems == []


@pytest.fixture
def run(page):
    """Run a few lines in the page, and return what they return."""
    return lambda lines: page.evaluate(f"() => {{ {lines} }}")


# steps, applied and taken back

STORY = """
const { newState, seek } = parts.state;
const state = newState({ pieces: { a: "a0", b: "b0" } });
state.steps = [event(0, { a: "a1", c: "c1" }, ["b"]), event(5, { b: "b2" }, ["b", "c"]), event(5, { a: "a3" }),
    event(9, { d: "d4", a: "a4" }, ["a"])];
"""


def test_what_is_applied_is_the_sum_of_the_steps_and_is_taken_back_in_full(run):
    moments = "[-1, 0, 4, 5, 8, 9, 99]"
    there = run(f"{STORY} return {moments}.map((at) => (seek(state, at), look(state)))")
    back = run(f"{STORY} seek(state, 99); return {moments}.reverse().map((at) => (seek(state, at), look(state)))")
    assert there == back[::-1]
    assert there[0] == {"a": "a0", "b": "b0"}
    assert there[1] == {"a": "a1", "c": "c1"}
    assert there[3] == {"a": "a3", "b": "b2"}
    assert there[6] == {"a": "a4", "b": "b2", "d": "d4"}


def test_a_moment_looks_the_same_wherever_the_film_comes_from(run):
    wandered = run(f"{STORY} return [9, 0, 5, -1, 99, 4].map((at) => (seek(state, at), look(state)))")
    direct = run(f"{STORY} return [9, 0, 5, -1, 99, 4].map((at) => (seek(state, -9), seek(state, at), look(state)))")
    assert wandered == direct


def test_the_version_tells_that_the_picture_is_another(run):
    versions = run(f"{STORY} return [-1, 0, 4, 5, 5, 0].map((at) => (seek(state, at), state.version))")
    same = [one == other for one, other in pairwise(versions)]
    assert same == [False, True, False, True, False]


# what arrives


def test_what_comes_in_order_is_played(run):
    assert run("""
        const { state, tell } = play(events(0));
        tell(...events(100, 200)); tell(...events(300)); rest();
        return [look(state).now, state.applied, state.gap];
    """) == ["300", 4, False]


def test_after_a_gap_nothing_is_added_until_the_whole_picture_comes(run):
    assert run("""
        const { state, tell, lose, heal } = play(events(0));
        lose(); tell(...events(200)); rest();
        const before = [state.gap, state.steps.length];
        heal({ now: "as it stands" }, 200); rest();
        return [before, state.gap, state.steps.length, state.steps[1].say, look(state)];
    """) == [
        [True, 1],
        False,
        2,
        "some steps did not reach this page; this is how things stand now",
        {"now": "as it stands"},
    ]


def test_the_film_goes_on_after_a_gap_and_its_clock_never_runs_back(run):
    assert run("""
        const { state, tell, lose, heal } = play(events(0, 500));
        lose(); heal({ now: "healed" }, 100); tell(...events(300, 900)); rest();
        const moments = state.steps.map((step) => step.at);
        return [moments.every((at, index) => index === 0 || at > moments[index - 1]), look(state).now];
    """) == [True, "900"]


def test_the_picture_that_heals_drops_what_is_gone_and_keeps_what_belongs_to_the_past(run):
    assert run("""
        const { state, lose, heal } = play([event(0, { "notes/a": "x", "messages/1": "m", "sequence/m1": "s", "waits/w": "w" })]);
        lose(); heal({ now: "healed" }); rest();
        return Object.keys(look(state)).sort();
    """) == ["messages/1", "now", "sequence/m1", "waits/w"]


def test_who_looks_at_the_past_goes_on_looking_while_a_gap_heals(run):
    assert run("""
        const { timeline, state, lose, heal } = play(events(0, 100, 200));
        timeline.goTo(2);
        lose(); heal({ now: "healed" }); rest();
        return [look(state).now, state.clock, state.live, state.steps.length];
    """) == ["100", 100, False, 4]


def test_without_a_loss_the_whole_picture_is_no_news(run):
    assert run("""
        const { state, heal } = play(events(0));
        const version = state.version;
        heal({ now: "other" });
        return [state.version === version, state.steps.length];
    """) == [True, 1]


def test_a_picture_before_any_past_asks_for_it(run):
    assert run("""
        const said = [];
        const timeline = parts.timeline.makeTimeline(parts.state.newState(), (what) => said.push(what.type));
        timeline.hear({ type: "picture", sequence: 3, at: 9, pieces: { now: "here" } });
        timeline.hear({ type: "history", sequence: 3, base: {}, history: [] });
        timeline.hear({ type: "picture", sequence: 3, at: 9, pieces: {} });
        return said;
    """) == ["hello"]


def test_the_past_is_taken_over_once(run):
    assert run("""
        const { timeline, state } = play(events(0, 100));
        timeline.hear({ type: "history", sequence: 9, base: {}, history: [] });
        return [state.steps.length, state.sequence];
    """) == [2, 0]


def test_a_message_of_an_unknown_type_changes_nothing(run):
    assert run("""
        const { timeline, state } = play(events(0));
        const before = JSON.stringify(state);
        for (const type of ["__proto__", "toString", "shout", undefined]) timeline.hear({ type, steps: events(9), pieces: {} });
        return before === JSON.stringify(state);
    """)


def test_of_too_many_steps_the_oldest_go_once_they_are_shown(run):
    assert run("""
        const { timeline, state, tell } = play([]);
        tell(...Array.from({ length: 5_002 }, (_, index) => event(index, { now: `${index}` })));
        const before = [state.steps.length, state.trimmed];
        timeline.press("live"); tell(event(9_000)); rest();
        return [before, state.steps.length, state.applied, state.trimmed];
    """) == [[5002, False], 5000, 5000, True]


def test_an_event_keeps_its_number_when_older_ones_are_forgotten(run):
    assert run("""
        const { captionWords } = parts.caption;
        const { state, tell, timeline } = play([]);
        const said = () => captionWords(state, parts.state.stops(state), parts.state.stops(state).filter((step) => step.at <= state.clock).length);
        tell(...Array.from({ length: 5_000 }, (_, index) => event(index)));
        timeline.press("live"); rest(); timeline.press("back");
        const before = said();
        tell(event(9_000), event(9_001));
        return [before, said()].map((words) => words.split(" · ")[0]);
    """) == ["event 4999 of 5000", "event 4999 of 5002"]


def test_pieces_of_the_past_go_with_their_step_unless_a_later_one_has_drawn_them_anew(run):
    assert run("""
        const { timeline, state, tell } = play([]);
        tell(event(0, { "sequence/m1": "first", "messages/1": "goes", "notes/a": "stays" }));
        tell(event(1, { "sequence/m1": "anew" }));
        tell(...Array.from({ length: 4_998 }, (_, index) => event(2 + index, { now: `${index}` })));
        timeline.press("live"); tell(event(9_000)); rest();
        const now = look(state);
        timeline.press("start");
        return [now, "messages/1" in look(state), look(state)["notes/a"], look(state).now];
    """) == [{"now": "4997", "notes/a": "stays", "sequence/m1": "anew"}, False, "stays", "before"]


# how it plays


def test_live_hurries_while_it_is_behind_and_a_film_does_not(run):
    assert run("""
        const { advance } = parts.playing;
        const after = (live, at) => {
            const state = parts.state.newState();
            state.steps = events(at);
            state.live = live;
            advance(state, 10);
            return state.clock;
        };
        return [after(true, 500), after(true, 2000), after(true, 100_000), after(false, 100_000)];
    """) == [10, 20, 40, 10]


def test_speed_multiplies_the_clock_and_a_pause_stops_it(run):
    assert run("""
        const { timeline, state } = play(events(0, 10_000), { film: true });
        timeline.see(true);
        timeline.setSpeed(0.5); frame(100); const slow = state.clock;
        timeline.setSpeed(2); frame(100); const fast = state.clock;
        timeline.press("pause"); frame(100); frame(100);
        return [slow, fast, state.clock];
    """) == [49, 249, 249]


def test_a_page_that_was_hidden_does_not_jump(run):
    assert (
        run("""
        const { timeline, state } = play(events(0, 60_000), { film: true });
        timeline.see(true); frame(10); frame(50_000);
        return state.clock;
    """)
        == 109
    )


def test_live_begins_with_the_next_event_when_nothing_moved_before(run):
    assert run("""
        const { state, tell } = play(events(0));
        rest();
        tell(event(4_000, { now: "a wait ends" }, [], { kind: "" }), ...events(9_000));
        return [state.clock, frame(0), look(state).now]; // the very next frame of the page shows it
    """) == [9_000, True, "9000"]


def test_news_that_come_before_the_page_has_drawn_do_not_hide_those_before_them(run):
    assert run("""
        const pill = { svg: "", d: "M0,0h9", back: false, from: 9_000, to: 9_600 };
        const { state, tell } = play(events(0));
        rest();
        tell(event(9_000, { "pills/1": pill })); tell(event(9_600, { now: "it landed" }, ["pills/1"]));
        frame(0);
        return [state.clock, Object.keys(look(state))];
    """) == [9_000, ["now", "pills/1"]]


def test_what_was_live_has_an_end_once_nothing_more_will_come(run):
    assert run("""
        const { timeline, state, tell } = play(events(0));
        rest(); tell(...events(9_000, 9_500));
        timeline.hear({ type: "ended" });
        const before = [state.live, parts.state.isAtEnd(state)];
        rest();
        const after = [state.live, state.playing, parts.state.isAtEnd(state), state.clock];
        const late = play(events(0, 5_000), { ends: true });
        rest();
        return [before, after, late.state.live, parts.state.isAtEnd(late.state)];
    """) == [[False, False], [False, False, True, 9_500], False, True]


def test_the_last_pill_travels_to_its_end(run):
    assert (
        run("""
        const pill = { svg: "", d: "M0,0h9", back: false, from: 100, to: 700 };
        const { state, tell } = play(events(0));
        tell(event(100, { "pills/1": pill })); rest();
        return state.clock;
    """)
        == 700
    )


def test_a_film_that_has_caught_up_is_live(run):
    assert run("""
        const { timeline, state } = play(events(0, 1_000));
        timeline.press("start"); timeline.press("toggle");
        const before = state.live;
        rest();
        return [before, state.live, look(state).now];
    """) == [False, True, "1000"]


def test_that_all_is_shown_is_said_once_each_time_that_live_was_behind(run):
    assert run("""
        const { said, tell } = play(events(0));
        rest(); const opened = said.splice(0);
        tell(...events(100)); rest(); const near = said.splice(0);
        tell(...events(200, 5_000)); rest(); const far = said.splice(0);
        return [opened, near, far];
    """) == [["caught up"], [], ["caught up"]]


def test_a_film_begins_when_it_is_seen(run):
    assert run("""
        const { timeline, state } = play(events(100, 200), { film: true, ends: true });
        rest();
        const before = [state.clock, state.playing, state.live];
        timeline.see(false); rest();
        const out_of_sight = state.clock;
        timeline.see(true); rest();
        return [before, out_of_sight, look(state).now, state.live, state.playing];
    """) == [[99, False, False], 99, "200", False, False]


def test_a_film_that_comes_while_it_is_in_sight_begins_at_once(run):
    assert run("""
        const timeline = parts.timeline.makeTimeline(parts.state.newState());
        timeline.see(true);
        timeline.hear({ type: "history", film: true, base: {}, history: events(100, 200) });
        return [timeline.state.playing, timeline.state.unseen];
    """) == [True, False]


@pytest.mark.parametrize("move", ["start", "back", "step", "pause"])
def test_who_moves_a_film_before_it_is_seen_is_not_overtaken_by_it(run, move):
    assert run(f"""
        const {{ timeline, state }} = play(events(100, 200, 300), {{ film: true }});
        timeline.press("{move}");
        const before = look(state).now;
        timeline.see(true); rest();
        return [look(state).now === before, state.playing];
    """) == [True, False]


def test_a_film_that_rests_at_a_moment_stays_there(run):
    assert run("""
        const { timeline, state } = play(events(100, 200, 300), { film: true, pause_at: 250 });
        timeline.see(true); rest();
        return [look(state).now, state.clock, state.playing];
    """) == ["200", 250, False]


def test_it_asks_for_no_frame_while_nothing_moves_and_none_without_a_view(run):
    assert run("""
        const { tell, leave } = play(events(0));
        rest();
        const still = frames.length;
        tell(...events(1_000)); const moving = frames.length;
        leave(); rest(); tell(...events(2_000));
        return [still, moving, frames.length];
    """) == [0, 1, 0]


def test_all_views_draw_each_frame_until_they_are_closed(run):
    assert run("""
        const { timeline, view } = play(events(0, 10_000));
        const other = { drawn: 0, draw() { this.drawn++; } };
        const leave = timeline.add(other);
        timeline.press("start"); timeline.press("toggle");
        view.drawn = other.drawn = 0;
        frame(); frame(); leave(); frame();
        return [view.drawn, other.drawn];
    """) == [3, 2]


# the buttons

WAITS = "[event(0), event(50, {}, [], { kind: '' }), event(100), event(200), event(250, {}, [], { kind: '' })]"


@pytest.mark.parametrize(
    ("move", "at", "to"),
    [
        ("start", 200, -1),
        ("start", -1, -1),
        ("back", 250, 100),
        ("back", 150, 0),
        ("back", 100, 0),
        ("back", 0, -1),
        ("back", -1, -1),
        ("step", -1, 0),
        ("step", 0, 100),
        ("step", 60, 100),
        ("step", 200, 250),
        ("step", 250, 250),
        ("live", -1, 250),
        ("pause", 60, 60),
    ],
)
def test_a_button_goes_to(run, move, at, to):
    state = run(f"""
        const {{ MOVES }} = parts.moves;
        const state = parts.state.newState();
        state.steps = {WAITS};
        parts.state.seek(state, {at});
        MOVES["{move}"](state);
        return {{ clock: state.clock, playing: state.playing, live: state.live }};
    """)
    assert state == {"clock": to, "playing": move == "live", "live": move == "live"}


@pytest.mark.parametrize(
    ("move", "at", "in_vain"),
    [("back", 0, False), ("back", -1, True), ("step", 60, False), ("step", 200, False), ("step", 250, True)],
)
def test_a_press_with_nothing_to_go_to_is_known_until_the_next(run, move, at, in_vain):
    assert run(f"""
        const {{ MOVES }} = parts.moves;
        const state = parts.state.newState();
        state.steps = {WAITS};
        parts.state.seek(state, {at});
        MOVES["{move}"](state);
        const now = state.inVain;
        MOVES.start(state);
        return [now, state.inVain];
    """) == [in_vain, False]


def test_the_same_buttons_do_no_harm_where_there_is_nothing_yet(run):
    assert run("""
        const { MOVES, goTo } = parts.moves;
        const state = parts.state.newState();
        for (const move of [...Object.values(MOVES), (one) => goTo(one, 0), (one) => goTo(one, 3)]) move(state);
        return [state.applied, state.clock];
    """) == [0, 0]


def test_one_button_pauses_and_plays(run):
    assert run("""
        const { timeline, state } = play(events(0, 1_000));
        const seen = [];
        for (let press = 0; press < 3; press++) (timeline.press("toggle"), seen.push([state.playing, state.live]));
        return seen;
    """) == [[False, False], [True, False], [False, False]]


@pytest.mark.parametrize(("event", "at"), [(0, -1), (1, 0), (2, 100), (3, 200), (9, -1)])
def test_an_event_is_gone_to_by_its_number(run, event, at):
    assert run(f"""
        const state = parts.state.newState();
        state.steps = {WAITS};
        parts.moves.goTo(state, {event});
        return [state.clock, state.playing, state.live];
    """) == [at, False, False]


def test_a_press_on_a_control_goes_to_what_happens_now(run):
    assert run("""
        const { timeline, state } = play(events(0, 100, 200));
        timeline.press("start");
        timeline.hear({ type: "live" });
        return [look(state).now, state.live, state.playing];
    """) == ["200", True, True]


@pytest.mark.parametrize(("behind", "flies"), [(1_900, True), (2_100, False)])
def test_a_press_lets_land_what_flies_as_long_as_live_keeps_up(run, behind, flies):
    assert (
        run(f"""
        const pill = {{ svg: "", d: "M0,0h9", back: false, from: 9_000, to: 9_600 }};
        const {{ timeline, state, tell }} = play(events(0));
        rest();
        tell(event(9_000, {{ "pills/1": pill }})); frame(0);
        tell(event(9_000 + {behind}, {{}}, ["pills/1"]));
        timeline.hear({{ type: "live" }});
        return "pills/1" in look(state);
    """)
        is flies
    )


def test_a_film_that_stands_still_at_a_moment_shows_it_also_where_that_comes_in_a_later_part(run):
    assert run("""
        const { timeline, state } = play(events(0, 100), { number: 1, parts: 2, ends: true, pause_at: 250 });
        const shown = [look(state).now];
        const part = (sequence, ...steps) => timeline.hear({ type: "steps", sequence, steps, of: 1 });
        part(1, ...events(150, 200)); shown.push(look(state).now);
        part(2, ...events(250, 300)); shown.push(look(state).now);
        return [shown, state.clock, state.playing];
    """) == [["100", "200", "250"], 250, False]


# the sequence diagram

DIAGRAM = """
document.querySelectorAll("section, ol").forEach((one) => one.remove());
const state = parts.state.newState({ pieces: { "lanes/a": { x: 90, name: "a" }, "lanes/b": { x: 290, name: "b" } } });
state.steps = Array.from({ length: 1_000 }, (_, number) => {
    const top = 44 + number * 30;
    const mark = { svg: `<text class="mark">m${number}</text>`, top, bottom: top + 30, message: number };
    return event(number, { [`sequence/m${number}`]: mark }, [], { row: top + 30 });
});
const chosen = [];
const sequence = parts.sequence.makeSequence(state, (message) => chosen.push(message));
document.body.append(sequence.root);
sequence.root.style.height = "300px";
const go = (at) => (parts.state.seek(state, at), sequence.draw());
const marks = () => [...sequence.root.querySelectorAll(".mark")].map((mark) => Number(mark.textContent.slice(1)));
const scroll = (top) => {
    sequence.root.scrollTop = top;
    sequence.root.dispatchEvent(new Event("scroll"));
};
sequence.root.hidden = false;
"""


def test_a_diagram_that_is_closed_draws_nothing(run):
    assert run(f"{DIAGRAM} sequence.root.hidden = true; go(999); return marks().length") == 0


def test_however_long_the_diagram_grows_only_the_marks_in_sight_stand_in_the_page(run):
    for at in (100, 500, 999):
        shown = run(f"{DIAGRAM} go({at}); return marks()")
        assert max(shown) == at
        assert 10 <= len(shown) <= 20
        assert shown == list(range(min(shown), at + 1))


def test_scrolling_brings_the_marks_that_come_into_sight_and_takes_the_others_away(run):
    first, last = run(f"{DIAGRAM} go(999); scroll(0); const first = marks(); scroll(30_000); return [first, marks()]")
    assert min(first) == 0
    assert max(last) == 999
    assert not set(first) & set(last)


def test_a_mark_that_is_drawn_anew_takes_the_place_of_the_old_one(run):
    assert run(f"""{DIAGRAM}
        const top = 44 + 999 * 30;
        state.steps.push(event(1_000, {{ "sequence/m999": {{ svg: "<text class='mark'>m5000</text>", top, bottom: top + 30 }} }}, [],
            {{ row: top + 30 }}));
        go(999); const before = marks().at(-1);
        go(1_000); const after = marks().at(-1);
        go(999);
        return [before, after, marks().at(-1)];
    """) == [999, 5000, 999]


def test_stepping_back_takes_the_marks_of_what_has_not_happened_away(run):
    assert run(f"{DIAGRAM} go(500); go(499); return Math.max(...marks())") == 499


def test_the_names_of_the_lanes_stay_at_the_top(run):
    assert run(f"""{DIAGRAM}
        go(999); scroll(12_000);
        return [...sequence.root.querySelectorAll(".zl-name")].map((name) => [name.textContent, name.getAttribute("y")]);
    """) == [["a", "12022"], ["b", "12022"]]


def test_a_mark_can_be_chosen_by_its_message(run):
    assert run(f"""{DIAGRAM}
        go(20);
        sequence.root.querySelector("[data-message='20'] text").dispatchEvent(new MouseEvent("click", {{ bubbles: true }}));
        sequence.root.querySelector(".zl-now-line").dispatchEvent(new MouseEvent("click", {{ bubbles: true }}));
        return chosen;
    """) == ["20"]


# the list


def test_the_list_shows_at_most_three_hundred_events_around_the_one_that_the_film_is_at(run):
    assert run("""
        const list = parts.list.makeList();
        document.body.append(list.root);
        const all = Array.from({ length: 1_000 }, (_, number) => event(number));
        const drawn = (done) => {
            list.draw(all, done, false);
            const now = list.root.querySelector(".zl-now");
            return [list.root.children.length, list.root.start, now ? now.textContent : null];
        };
        const closed = drawn(500);
        list.root.hidden = false;
        return [closed, drawn(0), drawn(500), drawn(1_000)];
    """) == [[0, 1, None], [300, 1, None], [300, 351, "at 499"], [300, 701, "at 999"]]


# the inspector

INSPECTOR = """
document.querySelectorAll("section, ol").forEach((one) => one.remove());
const about = (number) => ({ title: `Message ${number}`, way: "a to b", why: [], python: `send(${number})`,
    frames: [{ size: 1, text: `task ${number}`, bytes: "74" }] });
const state = parts.state.newState({ pieces: { "messages/1": about(1) } });
state.steps = [event(10, { "messages/2": about(2) })];
const inspector = parts.inspector.makeInspector(state);
document.body.append(inspector.root);
const says = () => inspector.root.textContent;
const NOT_KEPT = "Its frames were not kept";
"""


def test_a_message_is_shown_frame_by_frame(run):
    assert "task 1" in run(f"{INSPECTOR} inspector.choose('1'); return says()")


def test_of_a_message_whose_frames_were_not_kept_the_inspector_says_so(run):
    says, hidden = run(f"{INSPECTOR} inspector.choose('7'); return [says(), inspector.root.hidden]")
    assert "Message 7" in says
    assert "Its frames were not kept" in says
    assert not hidden


def test_the_inspector_never_shows_another_message_than_the_chosen_one(run):
    assert run(f"""{INSPECTOR}
        const seen = [];
        for (const number of ["1", "7", "1", "2", "8"]) {{
            inspector.choose(number); inspector.draw();
            seen.push([says().includes(`Message ${{number}}`), says().includes(NOT_KEPT), /task/.test(says())]);
        }}
        return seen;
    """) == [[True, False, True], [True, True, False], [True, False, True], [True, True, False], [True, True, False]]


def test_what_comes_to_be_known_of_a_chosen_message_is_shown_and_stays(run):
    assert run(f"""{INSPECTOR}
        inspector.choose("2");
        const before = says().includes(NOT_KEPT);
        parts.state.seek(state, 10); inspector.draw();
        const known = says().includes("task 2");
        parts.state.seek(state, 0); inspector.draw();
        return [before, known, says().includes("task 2")];
    """) == [True, True, True]


def test_the_inspector_is_closed_by_its_button_and_opens_anew(run):
    assert run(f"""{INSPECTOR}
        inspector.choose("7");
        inspector.root.querySelector("[aria-label=Close]").click();
        const closed = inspector.root.hidden;
        inspector.choose("1");
        return [closed, inspector.root.hidden, says().includes("task 1")];
    """) == [True, False, True]
