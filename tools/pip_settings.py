"""Which of a person's settings of pip hold here: those that say how to reach packages, and no others.

Somebody's `user = true`, `target`, `prefix` or `no-deps` was meant for other purposes, and breaks an environment.
pip takes settings from files and from variables: https://pip.pypa.io/en/stable/topics/configuration/
"""

import ast
import os
import subprocess

KEPT = (
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "keyring-provider", "use-feature"),
    *("proxy", "cert", "client-cert", "timeout", "default-timeout", "retries", "cache-dir", "no-cache-dir"),
)


def settings(listed):
    """Return {name: value} of what `pip config list` printed: a file's section for all commands, one's for a command,
    and variables, the later over the earlier, as pip does it."""
    found = {}
    for rank in ("global.", "install.", ":env:."):
        for line in listed.splitlines():
            key, _, value = line.partition("=")
            if key.startswith(rank):
                found[key.removeprefix(rank)] = ast.literal_eval(value)
    return found


def clean(environment, found):
    """Return the environment for pip: no file is read, and of the variables only those that are kept are left."""
    rest = {name: value for name, value in environment.items() if not name.upper().startswith("PIP_")}
    kept = {f"PIP_{name.upper().replace('-', '_')}": value for name, value in found.items() if name in KEPT}
    return rest | {"PIP_CONFIG_FILE": os.devnull} | kept


def for_pip(python):
    """Return the environment in which the pip of `python` shall run."""
    listed = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True)
    return clean(os.environ, settings(listed.stdout))
