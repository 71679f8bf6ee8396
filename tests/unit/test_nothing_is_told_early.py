"""What stands unfolded around a prediction does not say its answer: who scrolls past the question has not answered it."""

import re

import pytest
from zmqlab.course import LESSONS

from tests import lessons

TOGETHER = 3
"""Words in a row of the right option that are its own: the question and the other options do not have them."""
PREDICTIONS = [(number, one) for number, lesson in sorted(LESSONS.items()) for one in lesson.predictions]


def runs_of_words(text):
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[at : at + TOGETHER]) for at in range(len(words) - TOGETHER + 1)}


def unfolded_around(notebook, name):
    """Return the text from the heading before a prediction to the next text after it, without what is folded."""
    cells = notebook["cells"]
    at = next(at for at, cell in enumerate(cells) if f'lab.predict("{name}"' in lessons.source(cell))
    texts = [at for at, cell in enumerate(cells) if cell["cell_type"] == "markdown"]
    begins = max((one for one in texts if one < at and "\n## " in f"\n{lessons.source(cells[one])}"), default=0)
    ends = min(one for one in texts if one > at)
    text = "\n".join(lessons.source(cells[one]) for one in texts if begins <= one <= ends)
    return re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("number", "question"), PREDICTIONS, ids=[f"{number} {one.name}" for number, one in PREDICTIONS]
)
def test_the_text_around_a_prediction_does_not_say_its_answer(number, question):
    path = next(path for path in lessons.lesson_files() if path.name.startswith(LESSONS[number].number))
    others = [words for letter, words in question.options.items() if letter != question.right]
    own = runs_of_words(question.options[question.right]) - runs_of_words(" / ".join([question.text, *others]))
    told = own & runs_of_words(unfolded_around(lessons.read(path), question.name))
    assert not told
