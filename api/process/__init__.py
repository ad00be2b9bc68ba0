"""What one process stands on, whichever part of the server it is; knows nothing of routes, sockets or serving."""
