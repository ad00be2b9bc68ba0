"""A fix that cannot be true, told to who sent it: which field, and by how much."""

from realtime.ingest.filters import MAX_LAT, MAX_LON, Limits
from realtime.protocol import Fix, Reject, Rejected

DAY_MS = 86_400_000


def rejected_as(reason: Reject, fix: Fix, recorded_ms: int, now_ms: int, limits: Limits) -> Rejected:
    """The reject of a fix; times in ms since 1970."""
    if reason is Reject.OUT_OF_RANGE:
        field, value, most = (
            ("lat", fix.lat, MAX_LAT) if not -MAX_LAT <= fix.lat <= MAX_LAT else ("lon", fix.lon, MAX_LON)
        )
        return Rejected(fix.seq, reason, field, f"{field} is {value:g}, it must lie within {most:g} degrees of 0")
    if reason is Reject.NULL_ISLAND:
        return Rejected(fix.seq, reason, "lat", "lat and lon are exactly 0: the device did not know where it was")
    if reason is Reject.IN_FUTURE:
        ahead_ms, most_ms = recorded_ms - now_ms, limits.newest_ms - now_ms
        detail = (
            f"recorded_at is {ahead_ms / 1000:.1f} s ahead of the server's clock, at most {most_ms / 1000:g} s are "
            "taken: set the device's clock, or correct its times by the welcome's clock_skew_ms"
        )
        return Rejected(fix.seq, reason, "recorded_at", detail, ahead_ms)
    age, most_age = (now_ms - recorded_ms) / DAY_MS, (now_ms - limits.oldest_ms) / DAY_MS
    return Rejected(
        fix.seq, reason, "recorded_at", f"recorded_at is {age:.1f} days old, at most {most_age:g} days are taken"
    )
