"""The sandbox payment gateway: somebody else's server, speaking Khalti's KPG-2 over real sockets.

It runs as its own process (``python -m api.simulation.sandbox``), keeps its payments in a journal of its own and
imports nothing of the rest of this project, so that what works against it works for the reasons it
would work against Khalti. Amounts are integer paisa everywhere.
"""
