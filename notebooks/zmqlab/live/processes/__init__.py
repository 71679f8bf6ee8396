"""Plain functions in processes of their own: actors, scripts, checks. One way to start, watch and end them."""
