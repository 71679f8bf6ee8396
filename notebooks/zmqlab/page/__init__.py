"""What stands in the browser: the live picture, and what a learner presses."""
