"""How often to repeat, and with which seed: little in `make test`, much in `make soak`."""

import os
import random

SEED = int(os.environ.get("ZMQLAB_SEED", "0"))
"""Where random tests begin. The soak sets and prints it: with the same one they do the same again."""


def soak(ci: int, many: int) -> int:
    """Return `ci`, the number of repetitions that `make test` has time for, or `many` in a soak."""
    return many if os.environ.get("ZMQLAB_SOAK") else ci


def dice(name: str) -> random.Random:
    """Return random numbers for what `name` names: the same for the same `SEED`, whatever else was drawn."""
    return random.Random(f"{SEED} {name}")
