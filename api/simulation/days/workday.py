"""How a courier's day was: on duty, at work, driven. Seconds and metres."""


class Workday:
    """Counts for one courier."""

    def __init__(self) -> None:
        self.on_s = 0.0
        """On duty, and after it until what it had was delivered."""
        self.busy_s = 0.0
        """Of that with a parcel to deal with."""
        self.empty_m = 0.0
        """Driven to pickups."""
        self.loaded_m = 0.0
        """Driven from pickups to doors."""
        self.waited_s = 0.0
        """At restaurants, until parcels were ready."""
        self.delivered = 0
        self._began_s: float | None = None
        self._busy_since_s: float | None = None

    def begin(self, now_s: float) -> None:
        """It is on duty."""
        self._began_s = now_s

    def given(self, now_s: float) -> None:
        """It has something to do."""
        if self._busy_since_s is None:
            self._busy_since_s = now_s

    def rests(self, now_s: float) -> None:
        """It has nothing to do."""
        if self._busy_since_s is not None:
            self.busy_s += now_s - self._busy_since_s
            self._busy_since_s = None

    def end(self, now_s: float) -> None:
        """It goes home, or the day is over."""
        self.rests(now_s)
        if self._began_s is not None:
            self.on_s += now_s - self._began_s
            self._began_s = None

    def drove(self, metres: float, *, empty: bool) -> None:
        """So far, to a pickup or from it."""
        if empty:
            self.empty_m += metres
        else:
            self.loaded_m += metres
