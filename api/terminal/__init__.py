"""What people at a terminal are told by commands, whichever command it is."""
