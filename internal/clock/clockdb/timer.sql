-- States: 0 waiting, 1 leased, 2 done, 3 dead, 4 cancelled, 5 paused.
-- name: put
INSERT INTO timer (tenant, timer_id, lane, kind, case_id, dedupe, due_at, state, fence, lease_until, attempts, payload, last_error, created_at, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, $8, '', $9, NULL)
ON CONFLICT (tenant, dedupe) DO UPDATE SET
  timer_id = excluded.timer_id, lane = excluded.lane, kind = excluded.kind, case_id = excluded.case_id, due_at = excluded.due_at, state = 0,
  fence = timer.fence + 1, lease_until = 0, attempts = 0, payload = excluded.payload, last_error = '', created_at = excluded.created_at
-- name: ensure
INSERT INTO timer (tenant, timer_id, lane, kind, case_id, dedupe, due_at, state, fence, lease_until, attempts, payload, last_error, created_at, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, $8, '', $9, NULL)
ON CONFLICT (tenant, dedupe) DO NOTHING
-- name: free_dedupe
UPDATE timer SET dedupe = NULL WHERE tenant = $1 AND timer_id = $2 AND fence = $3 AND state = 1
-- name: cancel
UPDATE timer SET state = 4, dedupe = NULL, done_at = $4
WHERE tenant = $1 AND dedupe = $2 AND timer_id <> $3 AND state IN (0, 1, 5)
-- name: cancel_case
UPDATE timer SET state = 4, dedupe = NULL, done_at = $5
WHERE tenant = $1 AND case_id = $2 AND lane = $3 AND timer_id <> $4 AND state IN (0, 1, 5)
-- name: next_due
SELECT MIN(due_at) FROM timer WHERE state = 0 AND lane = $1
-- name: any_expired
SELECT COUNT(*) FROM timer WHERE state = 1 AND lane = $1 AND (lease_until < $2 OR lease_until > $3)
-- Leasing is two steps: which ones (locked where two nodes can meet), then 32 of a tenant at a time by key. One statement with a subquery would make SQLite
-- walk through every waiting timer.
-- name: due
SELECT tenant, timer_id FROM timer WHERE state = 0 AND lane = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3 {{skiplocked}}
-- name: expired
SELECT tenant, timer_id FROM timer
WHERE state = 1 AND lane = $1 AND (lease_until < $2 OR lease_until > $3) ORDER BY due_at LIMIT $4 {{skiplocked}}
-- name: lease
UPDATE timer SET state = 1, fence = fence + 1, lease_until = $2, attempts = attempts + 1
WHERE tenant = $1 AND timer_id IN (
  $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
  $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)
RETURNING tenant, timer_id, lane, kind, case_id, dedupe, due_at, payload, attempts, fence
-- name: renew
UPDATE timer SET lease_until = $4 WHERE tenant = $1 AND timer_id = $2 AND fence = $3 AND state = 1
-- name: finish
UPDATE timer SET state = 2, dedupe = NULL, done_at = $4, lease_until = 0 WHERE tenant = $1 AND timer_id = $2 AND fence = $3 AND state = 1
-- name: again
UPDATE timer SET state = 0, due_at = $4, last_error = $5, lease_until = 0, attempts = attempts - $6 WHERE tenant = $1 AND timer_id = $2 AND fence = $3 AND state = 1
-- name: bury
UPDATE timer SET state = 3, dedupe = NULL, done_at = $4, last_error = $5, lease_until = 0
WHERE tenant = $1 AND timer_id = $2 AND fence = $3 AND state = 1
-- name: release
UPDATE timer SET state = 0, attempts = attempts - 1, lease_until = 0 WHERE tenant = $1 AND timer_id = $2 AND fence = $3 AND state = 1
-- name: release_all
UPDATE timer SET state = 0, lease_until = 0 WHERE state = 1
