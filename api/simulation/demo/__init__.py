"""``dispatch demo``: a shop with people in it, orders in every state and vehicles that drive.

Everything that customers, sellers and transporters do here goes through the API and the sockets, as it would from
outside. Only accounts, the catalogue and the reading of how far an order is go straight to the database.
"""
