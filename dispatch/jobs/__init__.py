"""Background work in one shape: items that are due, each taken with a lease and done in transactions of its own.

An item that fails holds up no other, is tried later and later, and is a dead letter in the end, which a person sees and
has tried again.
"""
