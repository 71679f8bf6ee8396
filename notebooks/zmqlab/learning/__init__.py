"""Making it stick: predictions and exercises."""
