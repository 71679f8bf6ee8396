"""Install a lock file into .venv, unless it is installed there already: python tools/install.py requirements.txt

With the folder of a bundle after it, everything comes from there and nothing from the network.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import place
from pip_settings import for_pip

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
# Whoever has installed the lock of the tests has the lock of the course: the one holds the other.
COVERS = {"requirements-test.txt": ["requirements-test.txt", "requirements.txt"]}
CAUSES = (
    (r"No space left on device", "The disk is full: make room, and run the same command again."),
    (
        r"DO NOT MATCH THE HASHES",
        "What came is not what was asked for: it was damaged on its way, or somebody changed it. "
        "Run it again as: PIP_NO_CACHE_DIR=1 make install",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED",
        "Something between you and the packages, most often a proxy of a school or firm, shows a certificate that pip "
        "does not know. Ask there for it, and set PIP_CERT to its file.",
    ),
    (r"ProxyError", "The proxy did not let pip through: look at the variables HTTPS_PROXY and PIP_PROXY."),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ConnectionResetError|Connection broken"
        r"|Network is unreachable|name resolution",
        "The network did not answer: run the same command again when you are connected.",
    ),
    (
        r"No matching distribution",
        "Where pip looks there is no such package for this Python and this system. Do you use an index or a folder of "
        "wheels of your own? `{python} -m pip config list` tells.",
    ),
    (r"Permission denied|Read-only file system", "A file or folder may not be written: see above which."),
    (
        r"subprocess-exited-with-error|Failed building wheel|Failed to build",
        "A package has no ready build for this Python. Try another one: rm -r .venv; make install PYTHON=python3.13",
    ),
)
"""What pip says, and what it means. The first that is found is the cause."""
PROGRESS = re.compile(
    r"\s*(Collecting|Downloading|Using cached|Obtaining|Looking in|Requirement already|Installing|Successfully|Building"
    r"|Preparing|Getting|Processing|Ignoring|Attempting|Found existing|Uninstalling|Created|Stored|Running|Link)\b"
)
"""Lines of pip that need not be seen."""


def stamp(lock):
    return VENV / f"installed-{lock}"


def fingerprint(lock):
    return hashlib.sha256(Path(lock).read_bytes()).hexdigest()


def works():
    """Whether .venv can still be used: it breaks when the Python that made it goes away or changes."""
    try:
        return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def is_installed(lock):
    return stamp(lock).exists() and stamp(lock).read_text() == fingerprint(lock) and works()


def install(lock, wheels=""):
    place.stop_if_not(Path.cwd())
    if wheels and not any(Path(wheels).glob("*.whl")):
        sys.exit(f"There are no wheels in {wheels}. `make bundle` makes such a folder: name the one called wheels.")
    if not works():
        say(f"Making .venv with Python {sys.version.split()[0]}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    pins = len(re.findall(r"^[\w.-]+==", Path(lock).read_text(), re.MULTILINE))
    say(f"Installing {lock}: about {pins} packages, half a minute on most machines")
    run_pip(lock, pins, wheels)
    for name in COVERS.get(lock, [lock]):
        stamp(name).write_text(fingerprint(name))
    say("Installed")


def run_pip(lock, pins, wheels=""):
    """Run pip, and show one line that moves instead of its several hundred. Its complaints are shown as they come."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--require-hashes", "-r", lock]
    if wheels:
        command += ["--no-index", "--find-links", str(Path(wheels).resolve())]
    reached, complaints = 0, []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=for_pip(PYTHON)
    ) as pip:
        for line in pip.stdout:
            if line.startswith("Collecting ") and "(from -r " in line:
                reached += 1
                show(f"  package {reached} of about {pins}: {line.split()[1].split('/')[-1]}")
            elif line.startswith("Installing collected packages"):
                show("  putting the packages in place: the longest step")
            elif not PROGRESS.match(line):
                complaints.append(line)
                show("")
                print(line, end="", file=sys.stderr, flush=True)
    show("")
    if pip.returncode:
        sys.exit(f"pip could not install {lock}. {cause(''.join(complaints))}")


def cause(complaints):
    """Return what made pip fail, and what to do, in a sentence or two."""
    for pattern, words in CAUSES:
        if re.search(pattern, complaints):
            return words.format(python=PYTHON)
    return "What stands above is what pip says."


def show(text):
    """Write over the line before, on a terminal; say nothing in a log."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text[:78]}", end="", flush=True)


def say(text):
    print(f"== {text}", flush=True)


if __name__ == "__main__":
    try:
        if not is_installed(sys.argv[1]):
            install(*sys.argv[1:3])
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to go on.")
