"""Write the links that open the course elsewhere, once it is published: make badge REPO=owner/name

Such a link names the repository, which a clone cannot know. Between two comments in README.md and docs/teaching.md stands
what is written here, so the command may be run again, after a move.
"""

import re
import sys
from pathlib import Path
from urllib.parse import quote

FILES = (Path("README.md"), Path("docs/teaching.md"))
FIRST = "lab/workspaces/course/tree/notebooks/00-start-here.ipynb"
BLOCK = re.compile(r"(<!-- links: (\w+)[^>]*-->\n).*?(\n<!-- end of links -->)", re.DOTALL)


def binder(repository):
    """Return the address that opens the first lesson on Binder."""
    return f"https://mybinder.org/v2/gh/{repository}/HEAD?urlpath={quote(FIRST)}"


def codespaces(repository):
    """Return the address that opens the course in GitHub Codespaces."""
    return f"https://codespaces.new/{repository}?quickstart=1"


def site(repository):
    """Return the address at which GitHub Pages publishes the lessons as a site."""
    owner, name = repository.split("/")
    return f"https://{owner.lower()}.github.io/{name}/"


def hand_out(repository):
    """Return what follows a hub's address to give every learner a copy of the course, with the first lesson open.

    https://nbgitpuller.readthedocs.io/en/latest/link.html
    """
    name = repository.split("/")[1]
    lesson = quote(f"lab/tree/{name}/notebooks/00-start-here.ipynb", safe="")
    return f"/hub/user-redirect/git-pull?repo={quote(f'https://github.com/{repository}', safe='')}&urlpath={lesson}"


def blocks(repository):
    """Return the text of each block of links, by its name."""
    return {
        "open": f"Only look, with the films: [the lessons as a site]({site(repository)}). No installation:\n"
        f"[![Open the first lesson on Binder](https://mybinder.org/badge_logo.svg)]({binder(repository)})\n"
        f"[![Open the course in GitHub Codespaces](https://github.com/codespaces/badge.svg)]({codespaces(repository)})",
        "teaching": f"- The site, to read and watch: <{site(repository)}>\n- Binder: <{binder(repository)}>\n- A hub with nbgitpuller: `https://your-hub{hand_out(repository)}`",
    }


def written(text, repository):
    """Return a file's text with its blocks of links written anew."""
    return BLOCK.sub(lambda found: found[1] + blocks(repository)[found[2]] + found[3], text)


def main(repository):
    if not re.fullmatch(r"[A-Za-z0-9][\w-]*/[\w.-]+", repository):
        sys.exit("Say which repository on GitHub:  make badge REPO=owner/name")
    for file in FILES:
        if not file.exists():
            continue
        text = file.read_text(encoding="utf-8")
        file.write_text(written(text, repository), encoding="utf-8")
        print(f"{file}: {len(BLOCK.findall(text))} block of links written")


if __name__ == "__main__":
    main("".join(sys.argv[1:2]))
