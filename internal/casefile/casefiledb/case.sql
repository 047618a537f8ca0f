-- name: insert
INSERT INTO case_file (tenant, case_id, number, subject_id, lang, created_at, closed_at, last_seq)
VALUES ($1, $2, $3, $4, $5, $6, NULL, 0)
ON CONFLICT (tenant, number) DO NOTHING
-- name: get
SELECT tenant, case_id, number, subject_id, lang, created_at, closed_at, last_seq
FROM case_file WHERE tenant = $1 AND case_id = $2
-- name: lock
SELECT tenant, case_id, number, subject_id, lang, created_at, closed_at, last_seq
FROM case_file WHERE tenant = $1 AND case_id = $2 {{forupdate}}
-- name: by_number
SELECT tenant, case_id, number, subject_id, lang, created_at, closed_at, last_seq
FROM case_file WHERE tenant = $1 AND number = $2
-- name: advance
UPDATE case_file SET last_seq = $4 WHERE tenant = $1 AND case_id = $2 AND last_seq = $3
-- name: set_closed
UPDATE case_file SET closed_at = $3 WHERE tenant = $1 AND case_id = $2
-- name: insert_event
INSERT INTO case_event (tenant, case_id, seq, at, kind, role, actor_id, request_id, visit_id, audience, data, leaf)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
-- name: events
SELECT tenant, case_id, seq, at, kind, role, actor_id, request_id, visit_id, audience, data, leaf
FROM case_event
WHERE tenant = $1 AND case_id = $2 AND seq > $3 AND (CAST($4 AS BIGINT) = 0 OR (audience & CAST($4 AS BIGINT)) <> 0)
ORDER BY seq LIMIT $5
-- name: events_by_leaf
SELECT tenant, case_id, seq, at, kind, role, actor_id, request_id, visit_id, audience, data, leaf
FROM case_event
WHERE tenant = $1 AND leaf >= $2
ORDER BY leaf LIMIT $3
