-- name: insert
INSERT INTO access_log (tenant, access_id, at, role, actor_id, action, case_id, subject_id, field, reason, policy)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: of_case
SELECT access_id, at, role, actor_id, action, case_id, subject_id, field, reason, policy FROM access_log
WHERE tenant = $1 AND case_id = $2 AND action <> 'denied' AND (at < $3 OR (at = $3 AND access_id < $4))
ORDER BY at DESC, access_id DESC LIMIT $5

-- name: search
SELECT access_id, at, role, actor_id, action, case_id, subject_id, field, reason, policy FROM access_log
WHERE tenant = $1 AND at >= $2 AND (at < $3 OR (at = $3 AND access_id < $4)) AND ($5 = '' OR action = $5)
ORDER BY at DESC, access_id DESC LIMIT $6
