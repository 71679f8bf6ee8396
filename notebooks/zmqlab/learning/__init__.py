"""Making it stick: questions answered before the run, exercises that are really checked, and what you have done."""
