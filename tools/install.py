"""Install a lock file into .venv, unless it is installed there already: python tools/install.py requirements.txt"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
# Whoever has installed the lock of the tests has the lock of the course: the one holds the other.
COVERS = {"requirements-test.txt": ["requirements-test.txt", "requirements.txt"]}


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


def install(lock):
    if not works():
        say(f"Making .venv with Python {sys.version.split()[0]}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    pins = len(re.findall(r"^[\w.-]+==", Path(lock).read_text(), re.MULTILINE))
    say(f"Installing {lock}: about {pins} packages, half a minute on most machines")
    run_pip(lock, pins)
    for name in COVERS.get(lock, [lock]):
        stamp(name).write_text(fingerprint(name))
    say("Installed")


def run_pip(lock, pins):
    """Run pip, and show one line that moves instead of its several hundred."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--require-hashes", "-r", lock]
    reached = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pip:
        for line in pip.stdout:
            if "(from -r " in line:
                reached += 1
                show(f"  package {reached} of about {pins}: {line.split()[1].split('/')[-1]}")
            elif line.startswith("Installing collected packages"):
                show("  putting the packages in place: the longest step")
    show("")
    if pip.returncode:
        sys.exit(f"pip could not install {lock}: see above. Most often it is the network: run the same command again.")


def show(text):
    """Write over the line before, on a terminal; say nothing in a log."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text[:78]}", end="", flush=True)


def say(text):
    print(f"== {text}", flush=True)


if __name__ == "__main__":
    try:
        if not is_installed(sys.argv[1]):
            install(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to go on.")
