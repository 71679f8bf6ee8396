"""What Binder will build from this clone, proved as far as it can be without Docker: `make image`.

repo2docker prints the Dockerfile that it would build; and the packages of `binder/` are installed, as that Dockerfile
does it, over a copy of the environment that is in every image already. Both are made below build/image.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from install import say
from pip_settings import for_pip

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "image"
REPO2DOCKER = "jupyter-repo2docker==2026.4.0"
LINK = re.compile(r"/([\w.-]+)-(\d[\w.]*)-[^-/]+\.conda")
NOT_ON_PYPI = {"nodejs", "python", "jupyterhub-singleuser"}
OTHER_NAMES = {"jupyterhub-singleuser": "jupyterhub"}


def made(folder, python=sys.executable, packages=()):
    """Return the Python of an environment in `folder`, made anew, with these packages in it."""
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    inside = folder / "bin" / "python"
    pip(inside, "install", *packages)
    return inside


def pip(python, *arguments):
    command = [python, "-m", "pip", "--disable-pip-version-check", *(("-qq",) if arguments[0] == "install" else ())]
    command += arguments
    return subprocess.run(command, env=for_pip(python), check=True, cwd=ROOT)


def versions(lock):
    """Return {name: version} of a lock of conda: a link a line."""
    return dict(match.groups() for match in map(LINK.search, lock.splitlines()) if match)


def wanted(listed, lock):
    """Return the packages that repo2docker asks for in the list of its base, each as PyPI names it, in its version."""
    names = re.findall(r"^- ([\w.-]+)", listed.partition("dependencies:")[2], re.MULTILINE)
    found = versions(lock)
    return [
        f"{OTHER_NAMES.get(name, name)}=={found[name]}"
        for name in names
        if name in found and (name in OTHER_NAMES or name not in NOT_ON_PYPI)
    ]


def dockerfile(python):
    """Return the Dockerfile that repo2docker would build of the last commit: nothing else of this folder is in it."""
    clone = BUILD / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, clone], check=True)
    command = [python, "-m", "repo2docker", "--no-build", "--debug", str(clone)]
    rendered = subprocess.run(command, capture_output=True, text=True, check=True)
    return rendered.stdout + rendered.stderr


def check(rendered):
    """Return what is wrong with a Dockerfile, in sentences."""
    needed = {
        "pip installs the lock": r'pip install --no-cache-dir -r "binder/requirements.txt"',
        "the lock is copied before the lessons": r"COPY[^\n]*binder/requirements\.txt",
        "the workspace is written at the start": r"R2D_ENTRYPOINT=\S*binder/start",
    }
    wrong = [
        f"The Dockerfile does not say that {what}." for what, how in needed.items() if not re.search(how, rendered)
    ]
    if "environment.yml" in re.sub(r".*(?:repo2docker|/tmp/env).*", "", rendered):
        wrong.append("The Dockerfile uses environment.yml.")
    return wrong


def main():
    if not (3, 13) <= sys.version_info[:2] < (3, 14):
        print(f"Binder runs Python 3.13, and this is {sys.version.split()[0]}: PYTHON=python3.13 make image is closer.")
    say("Installing repo2docker")
    repo2docker = made(BUILD / "repo2docker", packages=[REPO2DOCKER])
    say("What repo2docker would build")
    rendered = dockerfile(repo2docker)
    (BUILD / "Dockerfile").write_text(rendered)
    wrong = check(rendered)
    for problem in wrong:
        print(problem)
    say(f"A copy of the base, from {REPO2DOCKER}")
    [conda] = BUILD.glob("repo2docker/lib/*/site-packages/repo2docker/buildpacks/conda")
    lock = (conda / "environment.py-3.13-linux-64.lock").read_text()
    base = wanted((conda / "environment.py-3.13.yml").read_text(), lock)
    constraints = BUILD / "base.txt"
    constraints.write_text("\n".join(f"{name}=={found}" for name, found in versions(lock).items() if name[0] != "_"))
    print("  " + " ".join(base))
    copy = made(BUILD / "base", packages=[*base, "-c", str(constraints)])
    pip(copy, "check")
    say("What binder/ installs over it")
    pip(copy, "install", "--no-cache-dir", "-r", "binder/requirements.txt")
    conflicts = subprocess.run([copy, "-m", "pip", "check"])
    size = sum(file.stat().st_size for file in (BUILD / "base").rglob("*") if file.is_file() and not file.is_symlink())
    print(f"  The environment then holds {size / 1e6:.0f} MB.")
    return int(bool(wrong) or conflicts.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
