"""Making it happen: recorded sockets, actors in background threads, the controls that address them."""
