"""Every fixed statement of webhooks."""

# An endpoint that somebody removes meanwhile is waited for and left out: what was read of it is no more, and its
# messages would fail the whole batch.
FAN_OUT = """
INSERT INTO webhook_messages (endpoint_id, event_id, sequence, subject, status, attempts, next_attempt_at)
SELECT e.id, v.id, v.sequence, v.subject, 'pending', 0, $3
FROM events v JOIN webhook_endpoints e
    ON e.types && ARRAY[v.type, split_part(v.type, '.', 1) || '.*', '*']::varchar[]
WHERE v.sequence BETWEEN $1 AND $2 AND e.state = 'enabled'
ORDER BY v.sequence
FOR KEY SHARE OF e
ON CONFLICT (endpoint_id, event_id) DO NOTHING
"""

# Of each endpoint as many as it has places left, and of all that take nothing so many together, or these would hold
# everybody up. Walked in the order of their index until there are as many, so that what waits is not looked at. None
# before an earlier one of its subject, which is asked row by row: as NOT EXISTS it becomes a join of ten thousand by as
# many. What somebody else holds is left to the next look: who waits for nothing cannot wait in a circle. The outer
# conditions hold for what another process took between the look and the lock.
TAKE = """
WITH due AS (
    SELECT ranked.id
    FROM (
    SELECT first.id, first.next_attempt_at, e.failing_since IS NOT NULL AS fails,
           row_number() OVER (
               PARTITION BY e.failing_since IS NOT NULL ORDER BY first.next_attempt_at, first.id
           ) AS place
    FROM webhook_endpoints e
    CROSS JOIN LATERAL (
        SELECT m.id, m.next_attempt_at
        FROM webhook_messages m
        WHERE m.endpoint_id = e.id AND m.status = 'pending' AND m.next_attempt_at <= $1
          AND (m.leased_until IS NULL OR m.leased_until <= $1)
          AND m.sequence = (
              SELECT next.sequence FROM webhook_messages next
              WHERE next.endpoint_id = m.endpoint_id AND next.subject = m.subject AND next.status = 'pending'
              ORDER BY next.sequence
              LIMIT 1
          )
        ORDER BY m.next_attempt_at, m.sequence
        LIMIT GREATEST(0, CASE WHEN e.failing_since IS NULL THEN $3 ELSE 1 END - (
            SELECT count(*) FROM webhook_messages sent WHERE sent.endpoint_id = e.id AND sent.leased_until > $1
        ))
        FOR UPDATE OF m SKIP LOCKED
    ) first
    WHERE e.state = 'enabled'
    ) AS ranked
    WHERE NOT ranked.fails OR ranked.place <= $5 - (
        SELECT count(*) FROM webhook_messages sent JOIN webhook_endpoints other ON other.id = sent.endpoint_id
        WHERE sent.leased_until > $1 AND other.failing_since IS NOT NULL
    )
    ORDER BY ranked.next_attempt_at
    LIMIT $4
)
UPDATE webhook_messages m
SET leased_until = $2, last_attempt_at = $1, attempts = m.attempts + 1
FROM due, webhook_endpoints e, events v
WHERE m.id = due.id AND m.status = 'pending' AND (m.leased_until IS NULL OR m.leased_until <= $1)
  AND e.id = m.endpoint_id AND v.id = m.event_id
RETURNING m.id, m.endpoint_id, m.attempts, e.url, e.secret,
          CASE WHEN e.old_secret_until > $1 THEN e.old_secret END AS old_secret,
          v.event_id, v.type, v.at, v.sequence, v.subject, v.data
"""

OLDEST_DUE = """
SELECT min(m.next_attempt_at)
FROM webhook_messages m JOIN webhook_endpoints e ON e.id = m.endpoint_id
WHERE e.state = 'enabled' AND m.status = 'pending' AND m.next_attempt_at <= $1
  AND (m.leased_until IS NULL OR m.leased_until <= $1)
"""

# Before the message, as whoever changes, empties or deletes an endpoint has it first. New messages may refer to it.
HOLD_ENDPOINT = "SELECT FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE"
# Only what is still ours: a lease that ran out may be somebody else's.
DELIVERED = """
UPDATE webhook_messages
SET status = 'delivered', delivered_at = $3, leased_until = NULL, last_error = NULL
WHERE id = $1 AND leased_until = $2 AND status = 'pending'
"""
FAILED = """
UPDATE webhook_messages
SET status = CASE WHEN $4 THEN 'dead' ELSE 'pending' END, next_attempt_at = $3, leased_until = NULL, last_error = $5
WHERE id = $1 AND leased_until = $2 AND status = 'pending'
"""

# The row is written once a minute, not with every message.
SUCCEEDED = """
UPDATE webhook_endpoints e SET succeeded_at = $2::timestamptz, failing_since = NULL
FROM (SELECT id, failing_since FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE) AS before
WHERE e.id = before.id
  AND (e.failing_since IS NOT NULL OR e.succeeded_at IS NULL OR e.succeeded_at < $2::timestamptz - interval '1 minute')
RETURNING before.failing_since
"""
NOW_DUE = """
UPDATE webhook_messages SET next_attempt_at = $2
WHERE endpoint_id = $1 AND status = 'pending' AND next_attempt_at > $2
"""
FAILING = """
UPDATE webhook_endpoints SET failing_since = COALESCE(failing_since, $2)
WHERE id = $1 AND state = 'enabled' AND failing_since IS NULL
"""
GIVE_UP = """
UPDATE webhook_endpoints SET state = $2, state_reason = $3, updated_at = $4
WHERE id = $1 AND state = 'enabled' AND ($5::timestamptz IS NULL OR failing_since <= $5)
RETURNING url, contact, failing_since
"""

REPLAY = """
INSERT INTO webhook_messages AS m (endpoint_id, event_id, sequence, subject, status, attempts, next_attempt_at)
SELECT e.id, v.id, v.sequence, v.subject, 'pending', 0, $2
FROM webhook_endpoints e JOIN events v
    ON e.types && ARRAY[v.type, split_part(v.type, '.', 1) || '.*', '*']::varchar[]
WHERE e.id = $1 AND v.sequence IS NOT NULL
  AND ($3::uuid[] IS NULL OR v.event_id = ANY($3)) AND ($4::timestamptz IS NULL OR v.recorded_at >= $4)
  AND ($5::timestamptz IS NULL OR v.recorded_at < $5) AND v.sequence > $6
ORDER BY v.sequence
LIMIT $7
FOR KEY SHARE OF e
ON CONFLICT (endpoint_id, event_id) DO UPDATE
SET status = 'pending', attempts = 0, next_attempt_at = $2, delivered_at = NULL, last_error = NULL,
    leased_until = CASE WHEN m.status = 'pending' THEN m.leased_until END
RETURNING sequence
"""
