"""Every fixed statement of jobs."""

# One that is leased, waits after a failure or is dead is left out.
TAKE = """
INSERT INTO job_items AS known (job, item, tries, next_attempt_at, is_dead)
SELECT $1, wanted.item, 0, $3, false FROM unnest($2::text[]) AS wanted (item) ORDER BY wanted.item
ON CONFLICT (job, item) DO UPDATE SET next_attempt_at = $3
WHERE known.next_attempt_at <= $4 AND NOT known.is_dead
RETURNING item, tries
"""

# Only what is still ours: a lease that ran out may be somebody else's.
DONE = "DELETE FROM job_items WHERE job = $1 AND item = $2 AND next_attempt_at = $3"

FAILED = """
UPDATE job_items
SET tries = $4, next_attempt_at = $5, failed_at = COALESCE(failed_at, $6), last_error = $7, is_dead = $8
WHERE job = $1 AND item = $2 AND next_attempt_at = $3
"""

# Whatever is due again is taken anew; what is not has gone another way.
FORGET_OLD = "DELETE FROM job_items WHERE next_attempt_at < $1 AND NOT is_dead"
