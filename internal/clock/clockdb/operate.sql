-- A paused kind is marked by a row of lane 'control' in state 5, which never runs.
-- name: park
UPDATE timer SET state = 5, attempts = attempts - 1, lease_until = 0 WHERE tenant = $1 AND timer_id = $2 AND fence = $3 AND state = 1
-- name: paused_kinds
SELECT tenant, kind FROM timer WHERE state = 5 AND lane = 'control'
-- name: mark_paused
INSERT INTO timer (tenant, timer_id, lane, kind, case_id, dedupe, due_at, state, fence, lease_until, attempts, payload, last_error, created_at, done_at)
VALUES ($1, $2, 'control', $3, NULL, $4, $5, 5, 0, 0, 0, '{}', '', $5, NULL)
ON CONFLICT (tenant, dedupe) DO NOTHING
-- name: unmark_paused
DELETE FROM timer WHERE tenant = $1 AND dedupe = $2 AND lane = 'control'
-- name: resume_kind
UPDATE timer SET state = 0 WHERE tenant = $1 AND kind = $2 AND state = 5 AND lane IN ('timer', 'outbox', 'job')
-- name: pause_one
UPDATE timer SET state = 5 WHERE tenant = $1 AND timer_id = $2 AND state = 0
-- name: resume_one
UPDATE timer SET state = 0 WHERE tenant = $1 AND timer_id = $2 AND state = 5 AND lane <> 'control'
-- name: dead_letters
SELECT tenant, timer_id, lane, kind, case_id, dedupe, due_at, payload, attempts, fence, done_at, last_error
FROM timer WHERE tenant = $1 AND state = 3 AND lane IN ('timer', 'outbox', 'job') ORDER BY done_at DESC, timer_id LIMIT $2
-- name: retry_dead
UPDATE timer SET state = 0, attempts = 0, due_at = $3, done_at = NULL WHERE tenant = $1 AND timer_id = $2 AND state = 3
-- name: drop_dead
UPDATE timer SET state = 4, done_at = $3 WHERE tenant = $1 AND timer_id = $2 AND state = 3
-- name: counts
SELECT state, COUNT(*), MIN(due_at) FROM timer WHERE lane = $1 AND state IN (0, 1, 3, 5) GROUP BY state
-- name: overdue
SELECT COUNT(*) FROM timer WHERE state = 0 AND lane = $1 AND due_at <= $2
-- name: purge_done
DELETE FROM timer
WHERE state = $1 AND lane = $2 AND done_at < $3 AND due_at <= (
  SELECT MAX(due_at) FROM (
    SELECT due_at FROM timer WHERE state = $1 AND lane = $2 AND due_at < $3 AND done_at < $3 ORDER BY due_at LIMIT $4) AS oldest)
