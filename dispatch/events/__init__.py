"""What happened, for others to follow: one catalogue of events, each written in the transaction that caused it.

A feature calls ``record`` (or ``record_all`` for many at once) where something happens. A job numbers what was
committed (``sequence``), so that whoever reads on from a number misses nothing; webhooks and ``GET /api/events/`` read
by that number. docs/events.md is for those who receive them.
"""
