"""Make the lock files from environment.yml, the one list that people edit."""

import re
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = Path("environment.yml")
TO_TEST = "# To test"  # the packages below this comment are for tests only
LOCKS = {"requirements.txt": ["run"], "requirements-test.txt": ["run", "test"]}
BINDER = Path("binder")
SAYS = "# `make lock` makes this from environment.yml: do not edit.\n"


def pins(environment):
    """Return {"run": {name: version}, "test": {name: version}} of an environment.yml's text, without Python."""
    found = {"run": {}, "test": {}}
    use = "run"
    for line in environment.splitlines():
        if line.strip().startswith(TO_TEST):
            use = "test"
        # conda writes name=version, its pip section name==version
        elif pin := re.fullmatch(r"\s*- ([\w.-]+)==?([\w.]+)", line):
            found[use][pin[1]] = pin[2]
    found["run"].pop("python")
    return found


def python_of(environment):
    """Return the Python of an environment.yml's text, as "3.13"."""
    return re.search(r"^\s*- python=(\d+\.\d+)", environment, re.MULTILINE)[1]


def for_binder(environment, run_lock):
    """Return {name: text} of the files that Binder builds from.

    Only what runs the course, and by pip: Binder's own conda environment is there already, so nothing has to be solved,
    and a version that conda-forge never published cannot break the build. repo2docker copies these files alone before it
    installs: a change of a lesson does not install anew. https://repo2docker.readthedocs.io/en/latest/configuration/
    """
    return {"requirements.txt": run_lock, "runtime.txt": f"python-{python_of(environment)}\n"}


def lock(file, wanted):
    """Let uv find all that the wanted packages need, on every system, with hashes and without addresses."""
    command = ["pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
    command += ["--upgrade", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "-"]
    requirements = "\n".join(f"{name}=={version}" for name, version in wanted.items())
    made = subprocess.run([sys.executable, "-m", "uv", *command], input=requirements, stdout=subprocess.PIPE, text=True)
    if made.returncode:
        sys.exit(f"{file} is unchanged.")
    Path(file).write_text(SAYS + made.stdout)
    print(f"{file} is renewed")


if __name__ == "__main__":
    listed = pins(ENVIRONMENT.read_text())
    for file, uses in LOCKS.items():
        lock(file, {name: version for use in uses for name, version in listed[use].items()})
    for name, text in for_binder(ENVIRONMENT.read_text(), Path("requirements.txt").read_text()).items():
        (BINDER / name).write_text(text)
        print(f"{BINDER / name} is renewed")
