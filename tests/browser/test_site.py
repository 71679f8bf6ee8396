"""The site in Chromium, from a folder and with the network off: films, moments, questions, widths, print, no scripts."""

import re

import pytest

from tests.browser.test_axe import serious

PAGES = ["index", "glossary", "legend", "teaching"]
WIDTHS = (360, 768, 1366)
LESSON = "01-request-reply.html"
SOME = "document.querySelector('.film .zl-stage')?.dataset.applied > 0"
OPEN_ALL = """() => {
    for (const one of document.querySelectorAll("[hidden].ask-after")) one.hidden = false;
    for (const one of document.querySelectorAll("details")) one.open = true;
}"""
WIDER = """() => [...document.querySelectorAll("body *")].filter((one) => {
    const box = one.getBoundingClientRect();
    const hides = one.closest(".zl-hidden, .skip, svg, .zl-sequence, .zl-log");
    return box.width && !hides && (box.right > innerWidth + 1 || box.left < -1);
}).map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`)"""
LETTERS = """() => [...document.querySelectorAll(".film-still svg")].filter((svg) => svg.clientWidth).map((svg) =>
    13 * svg.clientWidth / svg.viewBox.baseVal.width)"""
PRESS_ALL = """async (names) => {
    const found = [];
    const until = async (what, holds) => {
        const end = performance.now() + 8000;
        while (!holds()) {
            if (performance.now() > end) return found.push(what);
            await new Promise((next) => setTimeout(next, 8));
        }
    };
    for (const name of names) {
        const place = [...document.querySelectorAll(".film")].find((one) => one.dataset.film === name);
        const told = new Promise((next) => addEventListener("hashchange", next, { once: true }));
        location.hash = `film=${encodeURIComponent(name)}&event=2`;
        await told; // a film that plays by itself may stand at its second event before
        const scrubber = () => place.querySelector(".zl-scrubber input");
        await until(`${name} does not open at its moment`, () => scrubber()?.value === "2");
        if (!scrubber()) continue;
        const most = Number(scrubber().max);
        const button = (label) => place.querySelector(`button[aria-label="${label}"]`);
        button("Forward one event").click();
        await until(`${name} does not step`, () => scrubber().value === String(Math.min(3, most)));
        button("Back one event").click();
        button("Back one event").click();
        await until(`${name} does not step back`, () => Number(scrubber().value) === Math.min(3, most) - 2);
        scrubber().value = String(most);
        scrubber().dispatchEvent(new Event("input"));
        await until(`${name} does not scrub`, () => place.querySelector(".zl-caption").textContent.startsWith(`event ${most} of`));
        button("To the start").click();
        await until(`${name} does not go to its start`, () => scrubber().value === "0");
        button("Play")?.click();
        await until(`${name} does not play`, () => Number(scrubber().value) > 0);
        button("To the start").click();
    }
    return found;
}"""
VISIBLE = """(at) => {
    for (const one of document.getAnimations()) {
        one.pause();
        one.currentTime = at;
    }
    return [...document.querySelectorAll("[data-piece]")].filter((one) => getComputedStyle(one).visibility === "visible")
        .map((one) => one.dataset.piece).sort();
}"""


class Opened:
    """One page of the site, as somebody opens it who has no network; it notes what it asks for, and complains of."""

    def __init__(self, context, site):
        self.page, self.folder, self.asked, self.complaints = context.new_page(), site.folder, [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # the page was left while it was fetched
            self.complaints.append(f"failed: {request.url}, {request.failure}")

    def go(self, name):
        self.page.goto("about:blank")
        self.page.goto(f"file://{self.folder}/{name}")
        return self.page

    @property
    def from_elsewhere(self):
        return [url for url in self.asked if not url.startswith((f"file://{self.folder}/", "about:"))]


@pytest.fixture(scope="module")
def context(browser):
    made = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture
def opened(context, site):
    made = Opened(context, site)
    yield made
    made.page.close()
    assert made.from_elsewhere == []
    assert made.complaints == []


def names(site):
    return sorted(path.name for path in site.folder.glob("*.html"))


def films_of(page):
    return page.evaluate("[...document.querySelectorAll('.film')].map((one) => one.dataset.film)")


def test_every_film_opens_at_a_moment_steps_scrubs_and_plays(opened, site):
    found, number = [], 0
    for name in names(site):
        page = opened.go(name)
        there = films_of(page)
        number += len(there)
        found += [f"{name}: {words}" for words in page.evaluate(PRESS_ALL, there)]
    assert found == []
    assert number == len(site.films) / 2


def test_the_first_page_plays_its_film_at_once(opened):
    page = opened.go("index.html")
    page.wait_for_function(SOME)


def test_a_film_is_fetched_when_it_comes_near(opened):
    page = opened.go(LESSON)
    page.wait_for_function("document.documentElement.classList.contains('scripted')")
    number = len(films_of(page))
    assert page.evaluate("document.querySelectorAll('script[src^=films]').length") < number / 2
    last = page.locator(".film").last
    last.scroll_into_view_if_needed()
    last.locator(".zl-stage").wait_for()


def test_a_prediction_takes_one_answer_keeps_it_and_shows_what_happened(opened):
    page = opened.go(LESSON)
    place = page.locator(".ask:has(.film)").first
    assert place.locator(".film").is_hidden()
    place.locator(".zl-option").nth(1).click()
    assert "You said B. What happened:" in place.locator(".zl-card [role=status]").inner_text()
    place.locator(".zl-option").nth(0).evaluate("(option) => option.click()")  # no more answers are taken
    assert "You said B" in place.locator(".zl-card [role=status]").inner_text()
    place.locator(".film").scroll_into_view_if_needed()
    page.wait_for_function(
        "(name) => [...document.querySelectorAll('.film')].find((one) => one.dataset.film === name)"
        ".querySelector('.zl-stage')?.dataset.applied > 0",
        arg=place.locator(".film").get_attribute("data-film"),
    )
    page.reload()
    assert "You said B" in page.locator(".ask:has(.film)").first.locator(".zl-card [role=status]").inner_text()
    opened.go("index.html").locator("[data-forget]").click()
    page = opened.go(LESSON)
    assert page.locator(".ask:has(.film)").first.locator(".zl-card [role=status]").inner_text() == ""


def test_the_link_to_a_moment_opens_that_moment(opened):
    page = opened.go(LESSON)
    name = films_of(page)[0]
    page.evaluate(PRESS_ALL, [name])
    place = page.locator(".film").first
    for _ in range(4):
        place.get_by_role("button", name="Forward one event").click()
    place.get_by_role("button", name="Copy link to this moment").click()
    page.wait_for_function("location.hash.endsWith('event=4')")
    address = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function("document.querySelector('.film .zl-scrubber input')?.value === '4'")
    assert place.locator(".zl-stage").evaluate("(stage) => stage === document.activeElement")


def test_an_address_that_names_no_film_is_the_page(opened):
    page = opened.go(f"{LESSON}#film=no-such-film&event=3")
    page.locator("h1").wait_for()


def test_at_every_width_nothing_is_wider_than_the_page_and_the_pictures_can_be_read(opened, site):
    found = {}
    for name in names(site):
        page = opened.go(name)
        page.evaluate(OPEN_ALL)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768})
            wide = page.evaluate("document.documentElement.scrollWidth") > width
            letters = min(page.evaluate(LETTERS), default=13)
            if wide or (beyond := page.evaluate(WIDER)) or letters < 8:
                found[name, width] = (wide, beyond[:3], letters)
    assert found == {}


@pytest.mark.parametrize("name", [LESSON, "index.html", "90-the-silent-alarm.html"])
def test_a_film_fits_on_a_telephone(browser, site, name):
    context = browser.new_context(viewport={"width": 360, "height": 740}, offline=True)
    try:
        page = Opened(context, site).go(name)
        page.locator(".film").first.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('.film .zl-stage') !== null")
        assert page.evaluate("document.querySelector('script[src^=films]').getAttribute('src').endsWith('.small.js')")
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.evaluate(WIDER) == []
        small = page.evaluate(
            "[...document.querySelectorAll('.zl-transport button')].map((one) => one.getBoundingClientRect()).filter((box) =>"
            " box.width && (box.width < 24 || box.height < 24)).length"
        )
        assert small == 0
    finally:
        context.close()


def test_in_print_a_picture_stands_for_each_film(opened):
    page = opened.go(LESSON)
    page.locator(".film").first.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.film.plays') !== null")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown = page.evaluate(
        "[...document.querySelectorAll('.film')].map((one) => [one.querySelector('.only-wide').getBoundingClientRect().height > 40,"
        " one.querySelector('.film-stage').getBoundingClientRect().height])"
    )
    page.emulate_media(media="screen")
    assert shown == [[True, 0]] * len(shown)


def test_without_scripts_everything_can_be_read(browser, site):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True, java_script_enabled=False)
    try:
        page = Opened(context, site).go(LESSON)
        still = page.locator(".film .only-wide").first
        assert still.bounding_box()["width"] > 700
        question = page.locator(".ask-plain").first
        assert question.locator("li").count() == 3
        question.locator("summary").click()
        assert question.locator("details p").first.is_visible()
        folded = page.locator(".ask-after").first
        folded.locator("summary").click()
        assert folded.locator(".only-wide").first.is_visible()
        page.locator(".exercise summary").last.click()
        assert page.locator(".exercise pre").last.is_visible()
    finally:
        context.close()


@pytest.mark.parametrize(
    ("scheme", "name"),
    [("light", one) for one in ("index", "01-request-reply", "legend", "teaching", "glossary")]
    + [("dark", one) for one in ("index", "01-request-reply", "06-queues-and-limits", "legend")],
)
def test_nothing_serious_is_found(browser, site, scheme, name):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True, color_scheme=scheme)
    try:
        page = Opened(context, site).go(f"{name}.html")
        page.evaluate(OPEN_ALL)
        page.evaluate("document.querySelectorAll('.ask .zl-option:first-child').forEach((one) => one.click())")
        if films_of(page):
            page.locator(".film").first.scroll_into_view_if_needed()
            page.wait_for_function("document.querySelector('.film.plays') !== null")
        assert serious(page, "body") == []
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_light_or_dark_as_the_system_is(browser, site, scheme):
    context = browser.new_context(color_scheme=scheme, offline=True)
    try:
        page = Opened(context, site).go(LESSON)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(map(int, re.findall(r"\d+", ground))) > 600
        assert light == (scheme == "light")
        assert page.evaluate("document.body.dataset.jpThemeLight") == str(light).lower()
    finally:
        context.close()


def test_who_wants_no_motion_sees_no_message_fly(browser, site):
    context = browser.new_context(reduced_motion="reduce", offline=True)
    try:
        page = Opened(context, site).go("index.html")
        page.wait_for_function(SOME)
        page.wait_for_function("document.querySelector('.zl-stage [data-piece^=\"pills/\"]') !== null")
        where = "document.querySelector('.zl-stage [data-piece^=\"pills/\"]')?.getAttribute('transform') ?? ''"
        seen = {page.evaluate(where) for _ in range(8)}
        assert len(seen - {""}) <= 2  # one place for each message
    finally:
        context.close()
