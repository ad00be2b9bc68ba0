"""Positions: how often, how old, how many, and what becomes of odd ones."""

from pydantic import Field

from dispatch.settings.section import Section


class PhoneSettings(Section):
    """Positions: how often, how old, how many, and what becomes of odd ones."""

    offline_after_s: int = Field(120, ge=1, description="A transporter without a ping for so long is offline.")
    stale_after_s: int = Field(
        45, ge=1, description="A transporter without a ping for so long is stale: online, but its position is doubtful."
    )
    ping_interval_s: float = Field(5.0, gt=0, description="How often phones are asked to send a position.")
    ping_distance_m: float = Field(15.0, ge=0, description="Movement below which phones may stay silent.")
    ping_heartbeat_s: float = Field(30.0, gt=0, description="Longest silence of a phone that does not move.")
    ping_max_age_s: int = Field(30 * 86400, ge=60, description="Fixes older than this are rejected as too old.")
    ping_max_ahead_s: int = Field(120, ge=0, description="Fixes further in the future than this are rejected.")
    ping_max_speed_mps: float = Field(
        70.0, gt=0, description="Fixes that would need a higher speed are flagged `impossible_speed`."
    )
    ping_hold_jumps: bool = Field(
        False,
        description="True holds the live position back from a jump until the next fix confirms it; "
        "False lets the newest fix win, flagged.",
    )
    ping_poor_accuracy_m: float = Field(
        100.0, gt=0, description="Fixes that are less accurate are flagged `poor_accuracy`."
    )
    ping_rate: float = Field(
        20_000.0, gt=0, description="Pings a second that one connection may send for long; it is read no faster."
    )
    ping_bytes_rate: float = Field(8 * 2**20, gt=0, description="The same in bytes a second.")
    ping_quota_per_day: int = Field(
        1_000_000,
        ge=0,
        description="Pings that one transporter may have stored in a day (UTC); 0 is no limit.",
    )
    ping_numberings_per_day: int = Field(
        2_000,
        ge=0,
        description="Epochs and portions of 4,096 seqs that one transporter may begin in a day (UTC), each about 600 "
        "bytes of Redis for 40 days; 0 is no limit.",
    )
    ping_memory_reserve: float = Field(
        0.1,
        ge=0,
        lt=1,
        description="Share of Redis' `maxmemory` that pings leave free; beyond it they are refused.",
    )
    redis_maxmemory_mb: int = Field(
        0,
        ge=0,
        description="`maxmemory` of the embedded Redis, MiB; 0 is a quarter of the machine's memory, at least 256.",
    )
    ping_log_max: int = Field(
        5_000_000,
        ge=1000,
        description="Fixes that may wait for PostgreSQL, about 250 bytes of Redis each; beyond it pings are refused.",
    )
    ping_replicas: int = Field(
        0,
        ge=0,
        le=10,
        description="Replicas of Redis that must have a ping before it is acknowledged; while fewer answer, pings are "
        "refused.",
    )
    ping_flush_ms: float = Field(
        20.0,
        ge=0,
        le=1000,
        description="Shortest time between two batches of pings, each a trip to Redis' disk; after a pause none waits.",
    )
