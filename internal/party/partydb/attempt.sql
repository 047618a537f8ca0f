-- An attempt is charged before it is checked, so that many at once cannot all pass the count. A locked bucket answers no row.
-- name: charge
INSERT INTO attempt (bucket, failures, locked_until, at) VALUES ($1, 1, 0, $2)
ON CONFLICT (bucket) DO UPDATE SET failures = CASE WHEN attempt.at < $3 THEN 1 ELSE attempt.failures + 1 END, at = $2
WHERE attempt.locked_until <= $2
RETURNING failures

-- name: lock
UPDATE attempt SET locked_until = $2 WHERE bucket = $1

-- name: get
SELECT failures, locked_until FROM attempt WHERE bucket = $1

-- name: refund
UPDATE attempt SET failures = failures - 1, locked_until = 0 WHERE bucket = $1 AND failures > 0

-- name: clear
DELETE FROM attempt WHERE bucket = $1

-- name: delete_old
DELETE FROM attempt WHERE at < $1 AND locked_until < $1
