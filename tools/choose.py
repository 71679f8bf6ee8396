"""Which lesson is meant: by its number, or by its name."""

import sys


def choose(lesson, names):
    """Return the one of names that `lesson` ("1", "01" or "01-request-reply") means; the first for "".

    Stop with a list of the lessons when there is no such lesson.
    """
    names = sorted(names)
    if names and not lesson:
        return names[0]
    for name in names:
        number = name.split("-")[0]
        if lesson in (number, name, name.removesuffix(".ipynb")) or lesson.zfill(len(number)) == number:
            return name
    known = "\n".join(f"  LESSON={name.split('-')[0]}   {name}" for name in names)
    sys.exit(f"There is no lesson {lesson!r}. These are the lessons:\n{known}")
