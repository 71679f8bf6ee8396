"""Write the course and all that it installs into a folder, for a stick: python tools/bundle.py [folder]

Beside the course, of the last commit, lie the wheels of requirements.txt. They serve computers with this system and this
Python's version.
"""

import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from install import say
from pip_settings import for_pip

COURSE = "learn-zeromq"


def read_me():
    """Return what stands on the stick, for who finds it."""
    python = "{}.{}".format(*sys.version_info)
    return f"""Learn ZeroMQ by touching it

1. Copy both folders to your computer: {COURSE} and wheels.
2. In a terminal there:

       cd {COURSE}
       make lab WHEELS=../wheels

Nothing is fetched from a network. It takes Python {python} on {platform.system()} ({platform.machine()}), and make.
"""


def write_course(folder):
    """Put what the last commit holds into a folder. Raises `CalledProcessError` outside a clone."""
    archive = subprocess.run(["git", "archive", "HEAD"], check=True, capture_output=True).stdout
    tar = folder / "course.tar"
    tar.write_bytes(archive)
    with tarfile.open(tar) as opened:
        opened.extractall(folder / COURSE, filter="data")
    tar.unlink()


def write_wheels(folder, lock="requirements.txt", python=sys.executable):
    """Fetch the wheels of a lock into a folder, each as its hash says."""
    command = [python, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--require-hashes"]
    command += ["--only-binary", ":all:", "-r", lock, "--dest", str(folder)]
    if subprocess.run(command, env=for_pip(python)).returncode:
        sys.exit("Not everything could be fetched: see above. What is there already was kept; run it again.")


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    say(f"The course, of the last commit, into {folder / COURSE}")
    shutil.rmtree(folder / COURSE, ignore_errors=True)
    write_course(folder)
    say(f"What it installs, into {folder / 'wheels'}")
    write_wheels(folder / "wheels")
    (folder / "READ-ME-FIRST.txt").write_text(read_me())
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    say(f"{folder}: {size / 1e6:.0f} MB. Copy it whole")


if __name__ == "__main__":
    main(Path(*sys.argv[1:2] or ["build/bundle"]))
