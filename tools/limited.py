"""Become the server of one learner, who cannot take the whole computer: python tools/limited.py [arguments for the server]

Where many share a computer without containers, this holds for each process of a learner: the server, each kernel, each actor.
"""

import os
import sys

MEGABYTE = 1_000_000
LIMITS = {"RLIMIT_DATA": 2_000 * MEGABYTE, "RLIMIT_FSIZE": 200 * MEGABYTE, "RLIMIT_CORE": 0}
"""What a process may have at most: memory of its own, the size of a file, a dump of its memory when it fails. Bytes."""


def limit() -> None:
    """Set the limits, as far as this system has them. Lower ones stay."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, most in LIMITS.items():
        kind = getattr(resource, name)
        soft, hard = (most if now == resource.RLIM_INFINITY else min(now, most) for now in resource.getrlimit(kind))
        resource.setrlimit(kind, (soft, hard))


if __name__ == "__main__":
    limit()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]])
