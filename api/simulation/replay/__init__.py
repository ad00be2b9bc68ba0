"""Real traces through real sockets: a CSV of positions becomes transporters that send them.

reading ──► traces ──► accounts ──► one VehicleClient each ──► summary
"""
