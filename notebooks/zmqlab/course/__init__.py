"""A folder a lesson: what belongs to it alone."""
