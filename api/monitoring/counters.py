"""Metrics that each process counts for itself; over several processes prometheus-client sums them up.

Gauges are labelled with the process (`worker 1`, `steward`, `server`) and go with it.
"""

from prometheus_client import Counter, Gauge, Histogram

# Of all processes the first that began, also where it is gone: what it counted is still counted.
counted_since = Gauge(
    "dispatch_counted_since_seconds", "Since when is counted, seconds since 1970.", multiprocess_mode="min"
)
counted_since.set_to_current_time()

WAITS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

pings_received = Counter("dispatch_pings_received", "Pings that phones sent, each time they sent them.")
pings_stored = Counter("dispatch_pings_stored", "Pings that are safe and so acknowledged, duplicates among them.")
pings_failed = Counter("dispatch_pings_failed", "Pings that could not be made safe; phones send them again.")
pings_rejected = Counter("dispatch_pings_rejected", "Pings that were turned down for good.", ["reason"])
ping_ack_seconds = Histogram(
    "dispatch_ping_ack_seconds",
    "From the reading of a batch's first frame until the batch is safe and acknowledged.",
    buckets=WAITS_S,
)
solver_runs = Counter("dispatch_solver_runs", "Bulk assignments that were solved, or not.", ["outcome"])
solver_seconds = Histogram(
    "dispatch_solver_seconds", "How long solving took.", buckets=(0.01, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
)

proofs = Counter(
    "dispatch_proofs",
    "Pickups, drop-offs and attempts that phones told, by what became of their proof.",
    ["step", "outcome"],
)
proof_bytes = Counter("dispatch_proof_bytes", "Of the pictures that were kept as proof.", ["picture"])
pictures_refused = Counter("dispatch_pictures_refused", "Pictures in bodies that are none, or are too large.")
uploads = Counter("dispatch_uploads", "Files in parts that were begun, whole, or let go.", ["outcome"])
upload_bytes = Counter("dispatch_upload_bytes", "Of the parts that came.")

_OF_JOB = ["job", "outcome"]
job_rounds = Counter("dispatch_job_rounds", "Rounds of background work, done or failed.", _OF_JOB)
job_items = Counter("dispatch_job_items", "What background work worked on, done or failed this time.", _OF_JOB)

_BY_PROCESS = ["process"]
phones = Gauge("dispatch_phones", "Connections of transporters' apps.", _BY_PROCESS, multiprocess_mode="livesum")
watchers = Gauge("dispatch_watchers", "Who follows a delivery now.", _BY_PROCESS, multiprocess_mode="livesum")
connections = Gauge(
    "dispatch_connections", "Open sockets and event streams of all kinds.", _BY_PROCESS, multiprocess_mode="livesum"
)
database_in_use = Gauge(
    "dispatch_database_connections_in_use", "Of the pool.", _BY_PROCESS, multiprocess_mode="livesum"
)
database_pool_size = Gauge(
    "dispatch_database_pool_size", "Connections that may be open.", _BY_PROCESS, multiprocess_mode="livesum"
)
loop_pause_seconds = Gauge(
    "dispatch_loop_longest_pause_seconds",
    "Longest time in the last minute in which the event loop did nothing else.",
    _BY_PROCESS,
    multiprocess_mode="livemax",
)
