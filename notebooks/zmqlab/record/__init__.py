"""What happened: events, in order, and exact counters. Imports nothing else of this package."""
