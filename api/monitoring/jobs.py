"""What the jobs of this process did, as metrics."""

from api.monitoring import counters


class JobCounters:
    """Counts rounds and items of each job."""

    def item_ended(self, job: str, *, failed: bool) -> None:
        """An item was done, or came to nothing this time."""
        counters.job_items.labels(job, _outcome(failed)).inc()

    def round_ended(self, job: str, *, failed: bool) -> None:
        """A round is over."""
        counters.job_rounds.labels(job, _outcome(failed)).inc()


def _outcome(failed: bool) -> str:
    return "failed" if failed else "done"
