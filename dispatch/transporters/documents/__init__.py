"""Transporters' documents as pictures: handed in, looked at by an admin, reminded of, and let go of."""
