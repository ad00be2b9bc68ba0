"""The real clock."""

from datetime import UTC, datetime


class SystemClock:
    """Implements the Clock port with the machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)
