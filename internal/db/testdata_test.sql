-- name: insert_tenant
INSERT INTO tenant (tenant, name, created_at) VALUES ($1, $2, $3)
-- name: count_tenants
SELECT COUNT(*) FROM tenant
-- name: bump
UPDATE tenant SET created_at = created_at + 1 WHERE tenant = $1 RETURNING created_at
-- name: select_backwards
SELECT tenant, created_at FROM tenant WHERE created_at = $2 AND name = $1 AND tenant = $2
-- name: pretend_newer
INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, TRUE)
-- name: insert_case
INSERT INTO case_file (tenant, case_id, number, subject_id, lang, created_at, closed_at, last_seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
-- name: select_case
SELECT case_id FROM case_file WHERE tenant = $1 AND number = $2
-- name: one
SELECT 1
