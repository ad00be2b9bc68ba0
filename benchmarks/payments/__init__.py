"""Payments: initiate and settle over HTTP beside the same SQL run bare."""

from benchmarks.payments.suite import LIMIT, Result, measure

__all__ = ["LIMIT", "Result", "measure"]
