"""Read the lessons, and say in words what is wrong with them.

Every rule is a generator of problems: no problem, nothing yielded. The rules see plain data (a notebook as the dict
that its file holds), so that tests can hand them bad lessons.
"""

import ast
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
MAKES_OPTIONAL = "More to break"  # what follows this heading is outside the budget
KNOWN_TAGS = {"experiment", "exercise", "finding", "sequence", "raises-exception"}
LIMITS = {"cells": 35, "words": 1200, "experiments": 5}
LONGEST_LESSON = 50  # minutes
LONGEST_CELL = 15


def lesson_files() -> list[Path]:
    return [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if ".mine-" not in path.name]


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def problems_in(notebook: dict) -> list[str]:
    """All that can be said of a lesson without looking at other files."""
    return [problem for rule in RULES for problem in rule(notebook)]


# --- What a notebook consists of ---


def source(cell: dict) -> str:
    return "".join(cell["source"])


def code_cells(notebook: dict) -> list[tuple[int, dict]]:
    """The code cells, each with its place in the notebook, from 1."""
    return [(place, cell) for place, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == "code"]


def markdown_cells(notebook: dict) -> list[tuple[int, str]]:
    """The text of the markdown cells, each with its place in the notebook, from 1."""
    cells = enumerate(notebook["cells"], 1)
    return [(place, source(cell)) for place, cell in cells if cell["cell_type"] == "markdown"]


def tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


FENCED = re.compile(r"^ {0,3}(```+|~~~+)([^\n]*)\n(.*?)^ {0,3}\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)


def without_code(markdown: str) -> str:
    within_a_paragraph = r"(?:(?!\n\s*\n).)*?"
    return re.sub(rf"(`+)(?!`){within_a_paragraph}\1", "", FENCED.sub("", markdown), flags=re.DOTALL)


def fenced_code(markdown: str) -> str:
    return "\n".join(block[2] for block in FENCED.findall(markdown))


def headings(markdown: str) -> list[tuple[int, str]]:
    """The headings as (level, text)."""
    found = re.findall(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$", FENCED.sub("", markdown), re.MULTILINE)
    return [(len(marks), text) for marks, text in found]


def title(notebook: dict) -> str:
    first = headings(source(notebook["cells"][0])) if notebook["cells"] else []
    return first[0][1] if first else ""


def parsed(cell: dict) -> ast.Module | None:
    try:
        return ast.parse(source(cell))
    except SyntaxError:
        return None


def calls(tree: ast.AST) -> Iterator[str]:
    """The dotted names of all that is called."""
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


# --- Plain Python ---


def plain_python(notebook: dict) -> Iterator[str]:
    for place, cell in code_cells(notebook):
        tree = parsed(cell)
        if tree is None:
            yield f"cell {place} is not plain Python: a magic, a shell line or a mistake"
        elif "get_ipython" in calls(tree):
            yield f"cell {place} calls get_ipython()"


def no_sleep(notebook: dict) -> Iterator[str]:
    trees = [(place, parsed(cell)) for place, cell in code_cells(notebook)]
    trees = [(place, tree) for place, tree in trees if tree]
    names = {"time.sleep"}
    for _, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {f"{alias.asname}.sleep" for alias in node.names if alias.name == "time" and alias.asname}
            elif isinstance(node, ast.ImportFrom) and node.module == "time":
                names |= {alias.asname or alias.name for alias in node.names if alias.name == "sleep"}
    for place, tree in trees:
        if names & set(calls(tree)):
            yield f"cell {place} calls time.sleep: wait for what you need"


def endpoints_from_the_lab(notebook: dict) -> Iterator[str]:
    for place, cell in code_cells(notebook):
        if re.search(r"tcp://[^\s\"']*:\d", source(cell)):
            yield f"cell {place} holds a literal port: ask lab.endpoint(name)"


def loopback_only(notebook: dict) -> Iterator[str]:
    code = [(place, source(cell)) for place, cell in code_cells(notebook)]
    code += [(place, fenced_code(text)) for place, text in markdown_cells(notebook)]
    for place, text in code:
        if re.search(r"tcp://\*|\b0\.0\.0\.0\b|\[::\]", text):
            yield f"cell {place} opens a socket to the whole network"


def no_pickle(notebook: dict) -> Iterator[str]:
    for place, cell in code_cells(notebook):
        if re.search(r"\b(pickle|cloudpickle|dill|(recv|send)_pyobj)\b", source(cell)):
            yield f"cell {place} uses pickle: whoever can send to it can run code in it"


def imports_of_its_own(notebook: dict) -> Iterator[str]:
    """Of zmqlab a notebook imports from the package itself, and from its own lesson's folder."""
    trees = [(place, tree) for place, cell in code_cells(notebook) if (tree := parsed(cell))]
    own = next((f"zmqlab.course.{name.replace('-', '_')}" for _, tree in trees for name in labs(tree)), "zmqlab")
    for place, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                strange = {alias.name for alias in node.names}
            else:
                strange = {node.module} - {"zmqlab", own} if isinstance(node, ast.ImportFrom) else set()
            for module in strange:
                if module.split(".")[0] == "zmqlab":
                    yield f"cell {place} imports {module}: write `from zmqlab import …`, or `from {own} import …`"


def labs(tree: ast.AST) -> Iterator[str]:
    """The names of the labs that are made."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Lab" and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def actors_by_name(notebook: dict) -> Iterator[str]:
    """A cell that keeps what `start` returns shadows the function, and cannot be run twice: say lab["server"]."""
    for place, cell in code_cells(notebook):
        for node in ast.walk(parsed(cell) or ast.Module([], [])):
            kept = node.value if isinstance(node, ast.Assign | ast.NamedExpr) else None
            if isinstance(kept, ast.Call) and ast.unparse(kept.func).endswith(".start"):
                yield f"cell {place} keeps what start() returns: say lab[name] where you need it"


def nothing_untested(notebook: dict) -> Iterator[str]:
    for place, cell in code_cells(notebook):
        if re.search(r"NBVAL_SKIP", source(cell)):
            yield f"cell {place} is skipped by the tests"
    for place, cell in enumerate(notebook["cells"], 1):
        for tag in tags(cell):
            if tag not in KNOWN_TAGS:
                yield f"cell {place} has the unknown tag {tag!r}"


# --- Claims ---


def asserts(cell: dict) -> bool:
    tree = parsed(cell)
    return tree is not None and any(isinstance(node, ast.Assert) for node in ast.walk(tree))


def asserted_experiments(notebook: dict) -> Iterator[str]:
    """An experiment asserts what it claims, itself or in the next code cell of its section.

    A case file has findings instead: questions about a recording, which some cell asserts something of.
    """
    experiments = [place for place, cell in code_cells(notebook) if "experiment" in tags(cell)]
    findings = [cell for _, cell in code_cells(notebook) if "finding" in tags(cell)]
    if findings and not any(asserts(cell) for _, cell in code_cells(notebook)):
        yield "nothing is asserted of the recording"
    if not experiments and not findings:
        yield "no cell is tagged as an experiment"
    for place in experiments:
        following = []
        for cell in notebook["cells"][place:]:
            if cell["cell_type"] == "markdown" and headings(source(cell)):
                break
            if cell["cell_type"] == "code":
                following = [cell]
                break
        if not any(asserts(cell) for cell in [notebook["cells"][place - 1], *following]):
            yield f"cell {place} is an experiment without an assert"


# --- Text ---


def alt_texts(notebook: dict) -> Iterator[str]:
    for place, text in markdown_cells(notebook):
        if has_image_without_alt(text):
            yield f"cell {place} has an image without alt text"


def has_image_without_alt(markdown: str) -> bool:
    text = without_code(markdown)
    html = re.findall(r"<img\b[^>]*>", text, re.IGNORECASE)
    return bool(re.search(r"!\[\s*\]", text)) or any(not re.search(r"\balt=([\"'])\s*[^\s\"']", tag) for tag in html)


def heading_order(notebook: dict) -> Iterator[str]:
    found = [(place, level) for place, text in markdown_cells(notebook) for level, _ in headings(text)]
    if [place for place, level in found if level == 1] != [1] or found[0] != (1, 1):
        yield "the first cell must begin with the lesson's only heading of level 1"
    for (_, before), (place, level) in pairwise(found):
        if level > before + 1:
            yield f"cell {place} skips a heading level, from {before} to {level}"


def portable_markdown(notebook: dict) -> Iterator[str]:
    """What only some viewers understand shows as raw text in others."""
    strange = {
        r"^\s*>\s*\[!\w+\]": "> [!NOTE]",
        r"^\s*:{3,}": ":::",
        r"^\s*(```|~~~)\s*\{": "```{directive}",
        r"^=+\s*$": "a heading underlined with =",
        r"<h[1-6]\b": "a heading in HTML",
    }
    for place, text in markdown_cells(notebook):
        for pattern, name in strange.items():
            if re.search(pattern, text, re.MULTILINE | re.IGNORECASE):
                yield f"cell {place} uses {name}, which not every viewer shows"


# --- Storage ---


def stripped(notebook: dict) -> Iterator[str]:
    for place, cell in code_cells(notebook):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield f"cell {place} is stored with its output"
    if "widgets" in notebook["metadata"]:
        yield "the notebook is stored with the state of its widgets"
    for place, cell in enumerate(notebook["cells"], 1):
        if not cell.get("id"):
            yield f"cell {place} has no id"


# --- Budget ---


def core(notebook: dict) -> dict:
    """The lesson up to the heading after which everything is optional."""
    kept = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and any(text == MAKES_OPTIONAL for _, text in headings(source(cell))):
            break
        kept.append(cell)
    return {**notebook, "cells": kept}


def words(markdown: str) -> int:
    """What a reader reads: no addresses, no markup, no pictures, no blocks of code."""
    text = re.sub(r"!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])", "", FENCED.sub("", markdown))
    text = re.sub(r"\]\([^)]*\)|<[^>]+>", " ", text)
    return sum(any(character.isalnum() for character in word) for word in text.split())


def lines(cell: dict) -> int:
    return len(source(cell).splitlines())


def measure(notebook: dict) -> dict[str, int]:
    """What the core of a lesson asks of a learner."""
    lesson = core(notebook)
    code = [cell for _, cell in code_cells(lesson)]
    text = [text for _, text in markdown_cells(lesson)]
    return {
        "cells": len(lesson["cells"]),
        "words": sum(map(words, text)),
        "lines": sum(map(lines, code)) + sum(len(fenced_code(markdown).splitlines()) for markdown in text),
        "experiments": sum("experiment" in tags(cell) for cell in code),
        "findings": sum("finding" in tags(cell) for cell in code),
        "exercises": sum("exercise" in tags(cell) for cell in lesson["cells"]),
    }


def stated_minutes(notebook: dict) -> int | None:
    stated = re.findall(r"\b(\d+) minutes\b", source(notebook["cells"][0])) if notebook["cells"] else []
    return int(stated[0]) if len(stated) == 1 else None


def within_budget(notebook: dict) -> Iterator[str]:
    measured = measure(notebook)
    for what, limit in LIMITS.items():
        if measured[what] > limit:
            yield f"the core takes {measured[what]} {what}: at most {limit}"
    for place, cell in code_cells(core(notebook)):
        if lines(cell) > LONGEST_CELL:
            yield f"cell {place} has {lines(cell)} lines: at most {LONGEST_CELL}"
    stated = stated_minutes(notebook)
    if stated is None:
        yield 'the first cell must say "N minutes", once'
    elif stated > LONGEST_LESSON:
        yield f"{stated} minutes: at most {LONGEST_LESSON}"


RULES = [
    plain_python,
    no_sleep,
    endpoints_from_the_lab,
    loopback_only,
    no_pickle,
    imports_of_its_own,
    actors_by_name,
    nothing_untested,
    asserted_experiments,
    alt_texts,
    heading_order,
    portable_markdown,
    stripped,
    within_budget,
]


# --- Links ---


def targets(markdown: str) -> list[str]:
    """Where the links and images of a text point."""
    text = without_code(markdown)
    found = re.findall(r"\]\(\s*<?([^)\s>]+)", text)
    found += re.findall(r"^ {0,3}\[[^\]]+\]:\s*(\S+)", text, re.MULTILINE)
    return found + re.findall(r"\b(?:href|src)=[\"']([^\"']+)", text)


def anchors(markdown: str) -> set[str]:
    """What a link within a document may point at: JupyterLab and GitHub name headings each in its own way."""
    texts = [text for _, text in headings(markdown)]
    jupyterlab = {text.replace(" ", "-") for text in texts}
    github = {re.sub(r"[^\w\- ]", "", text).lower().replace(" ", "-") for text in texts}
    return jupyterlab | github


def broken_links(markdown: str, folder: Path, root: Path = ROOT) -> list[str]:
    """The relative links of a document in that folder which lead to nothing in the course."""
    broken = []
    for target in targets(markdown):
        if re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE):
            continue
        path, _, anchor = unquote(target).partition("#")
        if not path:
            resolves = anchor in anchors(markdown)
        else:
            file = (folder / path).resolve()
            resolves = not path.startswith("/") and file.is_relative_to(root.resolve()) and file.exists()
        if not resolves:
            broken.append(f"the link {target} leads nowhere")
    return broken


def all_markdown(notebook: dict) -> str:
    return "\n\n".join(text for _, text in markdown_cells(notebook))


# --- The way through the course ---


def table_cells(readme: str) -> list[list[str]]:
    """The cells of the README's rows for lessons: link, what you will be able to do, minutes, picture."""
    rows = [line.strip().strip("|").split("|") for line in readme.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if "](notebooks/" in row[0]]


def table_rows(readme: str) -> list[tuple[str, str, int]]:
    """The README's lessons, as (file name, title, minutes). Minutes that are none are 0."""
    rows = []
    for first, _, minutes, *_ in table_cells(readme):
        text, name = re.findall(r"\[([^\]]+)\]\(notebooks/([^)]+)\)", first)[0]
        rows.append((name, text, int(minutes) if minutes.isdecimal() else 0))
    return rows


def picture_problems(readme: str) -> Iterator[str]:
    """Where a row of the README's table lacks the picture of its lesson, which leads to the lesson."""
    for first, *_, last in table_cells(readme):
        name = re.findall(r"\(notebooks/([^)]+)\)", first)[0]
        picture = f"images/{name.removesuffix('.ipynb').partition('-')[2].removeprefix('the-')}.small.svg"
        start, end = f'[<img src="{picture}" width="220" alt="', f'">](notebooks/{name})'
        if not (last.startswith(start) and last.endswith(end)):
            yield f"the row of {name} must end with the picture: {start}…{end}"


def way_problems(notebooks: dict[str, dict], rows: list[tuple[str, str, int]]) -> list[str]:
    """Where lessons, by file name, and the README's table disagree."""
    listed = [name for name, _, _ in rows]
    if listed != sorted(notebooks):
        return [f"the README's table lists {listed}, and notebooks/ holds {sorted(notebooks)}"]
    problems = []
    for place, (name, text, minutes) in enumerate(rows):
        lesson = notebooks[name]
        if title(lesson) != text:
            problems.append(f"{name} is called {title(lesson)!r}, and {text!r} in the README's table")
        if stated_minutes(lesson) != minutes:
            problems.append(f"{name} states {stated_minutes(lesson)} minutes, and {minutes} in the README's table")
        neighbours = {}
        if place > 0:
            neighbours["Before"] = rows[place - 1][:2]
        if place < len(rows) - 1:
            neighbours["Next"] = rows[place + 1][:2]
        found = ways_on(lesson)
        for way in ("Before", "Next"):
            if found.get(way) != neighbours.get(way):
                problems.append(f"{name}: {way} leads to {found.get(way)}, it should to {neighbours.get(way)}")
    return problems


def ways_on(notebook: dict) -> dict[str, tuple[str, str]]:
    """The links marked as Before and Next, as {way: (file name, title)}."""
    found = re.findall(r"\b(Before|Next)\b[^\w\[]*\[([^\]]+)\]\(([^)\s]+)\)", all_markdown(notebook))
    return {way: (name, text) for way, text, name in found}


# --- Imports within zmqlab point down only ---

MAY_IMPORT = {
    "__init__": {"case", "course", "installation", "lab", "learning", "live", "page", "picture", "record"},
    "case": {"course", "learning", "page", "picture", "record"},
    "course": {"learning", "live", "page", "picture", "record"},
    "hello": {"course"},
    "installation": set(),
    "interrupts": set(),
    "bench": {"gone", "live", "page", "picture", "record"},
    "gone": set(),
    "recording": {"lab", "page", "picture", "record"},
    "stretch": {"bench", "live", "page", "record"},
    "lab": {"bench", "course", "gone", "installation", "interrupts", "learning", "live", "page", "record", "stretch"},
    "learning": {"live", "page", "picture", "record"},
    "live": {"record"},
    "page": {"live", "picture", "record"},
    "picture": {"record"},
    "record": set(),
}


def import_problems(package: Path) -> list[str]:
    problems = []
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package)
        part = place.parts[0].removesuffix(".py")
        if part not in MAY_IMPORT:
            problems.append(f"{place} has no place in the plan of the package")
            continue
        modules = list(modules_imported(file, package))
        for imported in sorted({part_named(dotted, package) for dotted in modules}):
            if imported != part and imported not in MAY_IMPORT[part]:
                problems.append(f"{place} imports {imported}: imports point down only")
        if part == "course" and len(place.parts) > 2:
            lessons = {dotted[2] for dotted in modules if dotted[1:2] == ["course"] and len(dotted) > 2}
            problems += [f"{place} imports another lesson, {other}" for other in sorted(lessons - {place.parts[1]})]
    return problems


def modules_imported(file: Path, package: Path) -> Iterator[list[str]]:
    """What a file imports of the package, as the parts of dotted names: the name of a module, or of something in one."""
    own_package = [package.name, *file.relative_to(package).parent.parts]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        found: list[list[str]] = []
        if isinstance(node, ast.Import):
            found = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = own_package[: len(own_package) - node.level + 1] if node.level else []
            base = base + (node.module.split(".") if node.module else [])
            found = [[*base, alias.name] for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            found = [str(argument.value).split(".") for argument in node.args if isinstance(argument, ast.Constant)]
        yield from (dotted for dotted in found if dotted[0] == package.name)


def part_named(dotted: list[str], package: Path) -> str:
    """The part that zmqlab.part.something is in."""
    is_part = len(dotted) > 1 and ((package / dotted[1]).is_dir() or (package / f"{dotted[1]}.py").exists())
    return dotted[1] if is_part else "__init__"
