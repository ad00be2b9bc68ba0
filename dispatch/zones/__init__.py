"""Parts of the town that are dispatched in their own way.

A delivery falls into the zone that its pickup lies in; where several overlap, into the smallest. Outside of all the
settings count. These are areas on the map; `DISPATCH_ZONE`, which says where keys lie in Redis, is something else.
"""
