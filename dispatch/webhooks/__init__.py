"""Events sent to partners: signed, in order a subject, again until they are taken.

``fan_out`` makes a message for each endpoint that wants a fresh event, ``sender`` sends what is due, ``outcomes`` keeps
what came of it, ``endpoints`` is what people do with them. docs/events.md is for those who receive.
"""
