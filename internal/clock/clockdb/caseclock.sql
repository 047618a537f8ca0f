-- name: insert
INSERT INTO case_clock (tenant, case_id, clock_id, request_id, kind, unit, length, calendar, calendar_version, started_at, stopped_at, breached_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
-- name: update
UPDATE case_clock SET unit = $4, length = $5, calendar = $6, calendar_version = $7, stopped_at = $8, breached_at = $9, due_at = $10
WHERE tenant = $1 AND case_id = $2 AND clock_id = $3
-- name: insert_change
INSERT INTO case_clock_change (tenant, case_id, clock_id, seq, at, kind, reason, amount, role, actor_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
-- A clock comes once with each of its changes, in one question: nothing else is asked as often.
-- name: one
SELECT c.tenant, c.case_id, c.clock_id, c.request_id, c.kind, c.unit, c.length, c.calendar, c.calendar_version, c.started_at, c.stopped_at, c.breached_at, c.due_at,
  COALESCE(h.seq, 0), COALESCE(h.at, 0), COALESCE(h.kind, ''), COALESCE(h.reason, ''), COALESCE(h.amount, 0), COALESCE(h.role, ''), h.actor_id
FROM case_clock c LEFT JOIN case_clock_change h ON h.tenant = c.tenant AND h.case_id = c.case_id AND h.clock_id = c.clock_id
WHERE c.tenant = $1 AND c.case_id = $2 AND c.clock_id = $3 ORDER BY h.seq
-- name: of_case
SELECT c.tenant, c.case_id, c.clock_id, c.request_id, c.kind, c.unit, c.length, c.calendar, c.calendar_version, c.started_at, c.stopped_at, c.breached_at, c.due_at,
  COALESCE(h.seq, 0), COALESCE(h.at, 0), COALESCE(h.kind, ''), COALESCE(h.reason, ''), COALESCE(h.amount, 0), COALESCE(h.role, ''), h.actor_id
FROM case_clock c LEFT JOIN case_clock_change h ON h.tenant = c.tenant AND h.case_id = c.case_id AND h.clock_id = c.clock_id
WHERE c.tenant = $1 AND c.case_id = $2 ORDER BY c.started_at, c.clock_id, h.seq
-- name: due
SELECT tenant, case_id, clock_id, request_id, kind, unit, length, calendar, calendar_version, started_at, stopped_at, breached_at, due_at
FROM case_clock WHERE tenant = $1 AND stopped_at IS NULL AND due_at < $2 ORDER BY due_at LIMIT $3
-- name: outdated
SELECT tenant, case_id, clock_id, request_id, kind, unit, length, calendar, calendar_version, started_at, stopped_at, breached_at, due_at
FROM case_clock WHERE stopped_at IS NULL AND calendar = $1 AND calendar_version <> $2 ORDER BY tenant, case_id LIMIT $3
