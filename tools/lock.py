"""Make the lock files from environment.yml, the one list that people edit."""

import re
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = Path("environment.yml")
TO_TEST = "# To test"  # the packages below this comment are for tests only
LOCKS = {"requirements.txt": ["run"], "requirements-test.txt": ["run", "test"]}


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


def lock(file, wanted):
    """Let uv find all that the wanted packages need, on every system, with hashes and without addresses."""
    command = ["pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
    command += ["--upgrade", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "-"]
    requirements = "\n".join(f"{name}=={version}" for name, version in wanted.items())
    made = subprocess.run([sys.executable, "-m", "uv", *command], input=requirements, stdout=subprocess.PIPE, text=True)
    if made.returncode:
        sys.exit(f"{file} is unchanged.")
    Path(file).write_text("# `make lock` makes this from environment.yml: do not edit.\n" + made.stdout)
    print(f"{file} is renewed")


if __name__ == "__main__":
    listed = pins(ENVIRONMENT.read_text())
    for file, uses in LOCKS.items():
        lock(file, {name: version for use in uses for name, version in listed[use].items()})
    Path("binder/environment.yml").write_text(ENVIRONMENT.read_text())
