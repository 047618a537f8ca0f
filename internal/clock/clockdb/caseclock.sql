-- name: insert
INSERT INTO case_clock (tenant, case_id, clock_id, request_id, kind, unit, length, calendar, calendar_version, started_at, stopped_at, breached_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
-- name: update
UPDATE case_clock SET unit = $4, length = $5, calendar = $6, calendar_version = $7, stopped_at = $8, breached_at = $9, due_at = $10
WHERE tenant = $1 AND case_id = $2 AND clock_id = $3
-- name: insert_change
INSERT INTO case_clock_change (tenant, case_id, clock_id, seq, at, kind, reason, amount, role, actor_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
-- name: one
SELECT tenant, case_id, clock_id, request_id, kind, unit, length, calendar, calendar_version, started_at, stopped_at, breached_at, due_at
FROM case_clock WHERE tenant = $1 AND case_id = $2 AND clock_id = $3
-- name: of_case
SELECT tenant, case_id, clock_id, request_id, kind, unit, length, calendar, calendar_version, started_at, stopped_at, breached_at, due_at
FROM case_clock WHERE tenant = $1 AND case_id = $2 ORDER BY started_at, clock_id
-- name: changes
SELECT clock_id, seq, at, kind, reason, amount, role, actor_id
FROM case_clock_change WHERE tenant = $1 AND case_id = $2 ORDER BY clock_id, seq
-- name: due
SELECT tenant, case_id, clock_id, request_id, kind, unit, length, calendar, calendar_version, started_at, stopped_at, breached_at, due_at
FROM case_clock WHERE tenant = $1 AND stopped_at IS NULL AND due_at < $2 ORDER BY due_at LIMIT $3
-- name: outdated
SELECT tenant, case_id, clock_id, request_id, kind, unit, length, calendar, calendar_version, started_at, stopped_at, breached_at, due_at
FROM case_clock WHERE stopped_at IS NULL AND calendar = $1 AND calendar_version <> $2 ORDER BY tenant, case_id LIMIT $3
