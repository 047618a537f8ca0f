-- name: insert
INSERT INTO order_import (tenant, import_id, merchant_id, subject_id, state, lines, fresh, same, differ, wrong, parts, part, created, failed, account_id, created_at, started_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
-- name: update
UPDATE order_import SET state = $3, lines = $4, fresh = $5, same = $6, differ = $7, wrong = $8, parts = $9, part = $10, created = $11, failed = $12, started_at = $13, ended_at = $14
WHERE tenant = $1 AND import_id = $2
-- name: get
SELECT tenant, import_id, merchant_id, subject_id, state, lines, fresh, same, differ, wrong, parts, part, created, failed, account_id, created_at, started_at, ended_at
FROM order_import WHERE tenant = $1 AND import_id = $2
-- name: lock
SELECT tenant, import_id, merchant_id, subject_id, state, lines, fresh, same, differ, wrong, parts, part, created, failed, account_id, created_at, started_at, ended_at
FROM order_import WHERE tenant = $1 AND import_id = $2 {{forupdate}}
-- name: list
SELECT tenant, import_id, merchant_id, subject_id, state, lines, fresh, same, differ, wrong, parts, part, created, failed, account_id, created_at, started_at, ended_at
FROM order_import WHERE tenant = $1 AND merchant_id = $2 ORDER BY created_at DESC, import_id DESC LIMIT $3
-- name: stale
SELECT tenant, import_id, merchant_id, subject_id, state, lines, fresh, same, differ, wrong, parts, part, created, failed, account_id, created_at, started_at, ended_at
FROM order_import WHERE tenant = $1 AND state IN ('reading', 'staged') AND created_at < $2 ORDER BY created_at LIMIT $3
-- name: insert_part
INSERT INTO order_import_part (tenant, import_id, part, lines_enc, notes) VALUES ($1, $2, $3, $4, $5)
-- name: update_part
UPDATE order_import_part SET lines_enc = $4, notes = $5 WHERE tenant = $1 AND import_id = $2 AND part = $3
-- name: part
SELECT lines_enc, notes FROM order_import_part WHERE tenant = $1 AND import_id = $2 AND part = $3
-- name: blank_parts
UPDATE order_import_part SET lines_enc = NULL WHERE tenant = $1 AND import_id = $2
-- name: notes
SELECT notes FROM order_import_part WHERE tenant = $1 AND import_id = $2 ORDER BY part
