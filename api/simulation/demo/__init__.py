"""``dispatch demo``: a shop with people in it, orders in every state and vehicles that drive.

Everything that customers, sellers and transporters do here goes through the API and the sockets, as it would from
outside. Only accounts and the catalogue go straight to the database, in `api/simulation/accounts`.
"""
