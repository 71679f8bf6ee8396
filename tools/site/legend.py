"""How to read the picture: what is drawn, and what it means, in the picture's own words."""

from __future__ import annotations

from html import escape

from zmqlab.picture import words

W, H = 150, 44


def _svg(inner: str) -> str:
    return f'<svg class="sample" viewBox="0 0 {W} {H}" width="{W}" height="{H}" aria-hidden="true">{inner}</svg>'


def _lamp(kind: str) -> str:
    return _svg(f'<circle class="zl-lamp-{kind}" cx="75" cy="22" r="6"/>')


def _link(kind: str) -> str:
    return _svg(f'<path class="zl-link zl-{kind}" d="M10,22 H140"/>')


def _pill(kind: str, *cells: str) -> str:
    rooms = [9 * len(cell) + 18 for cell in cells]
    x = W / 2 - sum(rooms) / 2
    svg = [f'<rect class="zl-pill {kind}" x="{x}" y="9" width="{sum(rooms)}" height="26" rx="13"/>']
    for place, (cell, room) in enumerate(zip(cells, rooms, strict=True)):
        svg.append(f'<line class="zl-frame-line" x1="{x}" y1="13" x2="{x}" y2="31"/>' if place else "")
        first = "zl-first" if len(cells) > 1 and not place else ""
        svg.append(
            f'<text class="zl-mono zl-pill-text {first} {kind}" x="{x + room / 2}" y="26.5" text-anchor="middle">{cell}</text>'
        )
        x += room
    return _svg("".join(svg))


def _queue(kind: str = "", number: int = 4, beyond: int = 0) -> str:
    cells = "".join(
        f'<rect class="zl-queue {"zl-beyond" if place >= number else kind}" x="{50 + place * 11}" y="14" width="9" height="16" rx="1.5"/>'
        for place in range(number + beyond)
    )
    return _svg(cells)


def _box(kind: str = "") -> str:
    return _svg(
        f'<rect class="zl-box {kind}" x="15" y="6" width="90" height="32" rx="8"/><text class="zl-name" x="26" y="27">client</text>'
        f'<rect class="zl-socket {kind}" x="85" y="12" width="42" height="20" rx="10"/>'
        f'<text class="zl-socket-type {kind}" x="106" y="26.5" text-anchor="middle">REQ</text>'
    )


def _chip() -> str:
    return _svg(
        '<rect class="zl-chip" x="45" y="10" width="60" height="24" rx="8"/>'
        '<text class="zl-chip-text" x="75" y="26.5" text-anchor="middle">paris</text>'
    )


def quoted(text: str) -> str:
    """Return words of the picture, as HTML."""
    return f"<q>{escape(text)}</q>"


def parts() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the parts of the legend: a heading, and rows of a drawing and what it means, both as HTML."""
    return [
        (
            "Who takes part",
            [
                (
                    _box(),
                    "An actor with its socket: the socket's type in capitals, on the side that faces its peer. Click it to see its code.",
                ),
                (_box("zl-gone"), "Dashed: it is closed, or has ended."),
                (_lamp("on"), f"It works: {quoted(words.RUNNING)}, or {quoted('; '.join(words.pauses_for(0.1)))}."),
                (_lamp("waiting"), f"It waits: {quoted(words.waits_in('recv')[0])}, or {quoted(words.WAITS_FOR_YOU)}."),
                (
                    _lamp("trouble"),
                    f"It is in trouble: {quoted(': '.join(words.waits_to_send(False)))}, or {quoted(words.NOBODY_THERE)}.",
                ),
                (_lamp("off"), "It is not at work: " + ", ".join(map(quoted, words.PLAIN_WORDS.values())) + "."),
                (_chip(), "A subscription: what begins so gets through."),
            ],
        ),
        (
            "How they are joined",
            [
                (_link("up"), "A link that is up."),
                (
                    _link("down"),
                    f"A link that is not up: {quoted(words.WAITS_FOR_A_PEER)}, {quoted(words.NOBODY_THERE)}, or {quoted(words.TURNED_AWAY)}.",
                ),
                (
                    _link("busy"),
                    f"So many messages that only their number is said: {quoted(words.rate_words(98_400))}. The thicker, the more.",
                ),
            ],
        ),
        (
            "Messages",
            [
                (
                    _pill("", "Hello"),
                    "A message on its way. It flies slower than it did: the recorded time stands under the picture.",
                ),
                (_pill("", "paris", "21"), "A message of two frames: a cell for each."),
                (_pill("zl-inferred", "Hello"), f"{quoted(words.INFERRED)}: not seen, but it must have been so."),
                (
                    _pill("zl-ghost", "rome"),
                    f"{quoted(words.stayed_here(1))}: nobody subscribed to it, so it never left its publisher.",
                ),
                (_pill("zl-lost", "Hello"), "Not delivered. It falls where it was lost, and the reason stands there."),
                (_queue(), f"Messages in a queue, a cell each: {quoted(words.queue_words(4, 4))}."),
                (_queue(number=4, beyond=1), f"{quoted(words.queue_words(5, 4))}: it waits until there is room."),
                (
                    _queue("zl-hollow", 3),
                    f"{quoted(words.dealt(3))}, or {quoted(words.held_in_doubt(3))}.",
                ),
            ],
        ),
    ]


def reasons() -> list[str]:
    """Return the words for why a message was not delivered."""
    return [
        words.DROPPED,
        words.NOT_CONNECTED,
        words.NO_MATCH,
        words.NEWER_CAME,
        words.THROWN_AWAY,
        words.LINGER_OVER,
        words.NEVER_RECEIVED,
        words.DISCARDED,
        words.UNSUBSCRIBED,
        words.ONE_PEER,
        words.NO_SUCH_NAME,
        words.NAME_TAKEN,
        words.NO_EMPTY_FRAME,
        words.ASKED_ANEW,
        words.closed_its_socket("anna"),
        words.disconnected("anna"),
        words.asker_closed("anna"),
        words.died_with_it("anna"),
    ]
