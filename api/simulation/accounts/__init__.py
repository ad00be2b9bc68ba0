"""Accounts of the simulated people, made as the operator makes them; all else that they do goes over the API."""
