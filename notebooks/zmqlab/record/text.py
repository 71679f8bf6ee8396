"""Text that can be shown: anybody may call an actor anything, and an exception may say anything."""

NAME = 60
"""Letters of a name that are kept."""
REASON = 500
"""Letters of a reason that are kept."""


def readable(text: object, letters: int = NAME) -> str:
    """Return text of at most so many letters, in which all can be seen.

    A control character, a half character (a lone surrogate) or one that turns the direction of writing stands as Python
    writes it, such as `\\x1b`.
    """
    text = str(text)
    shown = text if text[: letters + 1].isprintable() else "".join(map(_shown, text[:letters]))
    return shown if len(shown) <= letters and len(text) <= letters else shown[: letters - 1] + "…"


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
