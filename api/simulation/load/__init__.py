"""Load: transporters that ping on schedule, watchers that follow them, and how long everything took."""
