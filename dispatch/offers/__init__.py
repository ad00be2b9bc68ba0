"""Transporters are asked whether they want a delivery: searches, their waves, the offers of each, and duty."""
