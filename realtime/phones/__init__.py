"""Phone apps as they are: what they send, read into our fixes."""
