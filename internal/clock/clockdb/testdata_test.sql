-- Effects of handlers in tests: a counter per key.
-- name: count
INSERT INTO attempt (bucket, failures, locked_until, at) VALUES ($1, 1, 0, 0)
ON CONFLICT (bucket) DO UPDATE SET failures = attempt.failures + 1
-- name: counted
SELECT COUNT(*), COALESCE(SUM(failures), 0) FROM attempt
-- name: states
SELECT state, COUNT(*) FROM timer WHERE lane <> 'control' GROUP BY state ORDER BY state
