"""Measurements. Never asserted: the machine is shared and noisy. Every time is a ratio of two taken in one run."""
