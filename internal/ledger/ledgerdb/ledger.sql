-- name: begin
INSERT INTO log_head (tenant, size) VALUES ($1, 0) ON CONFLICT (tenant) DO NOTHING
-- name: lock_head
SELECT size FROM log_head WHERE tenant = $1 {{forupdate}}
-- name: head
SELECT size FROM log_head WHERE tenant = $1
-- name: set_head
UPDATE log_head SET size = $2 WHERE tenant = $1
-- name: tenants
SELECT tenant FROM log_head ORDER BY tenant
-- name: all_tenants
SELECT tenant FROM log_head
UNION SELECT tenant FROM log_leaf
UNION SELECT tenant FROM log_hash
UNION SELECT tenant FROM log_checkpoint
UNION SELECT tenant FROM case_event
UNION SELECT tenant FROM tenant
ORDER BY tenant
-- name: insert_leaf
INSERT INTO log_leaf (tenant, idx, case_id, leaf) VALUES ($1, $2, $3, $4)
-- name: leaves_from
SELECT tenant, idx, case_id, leaf FROM log_leaf WHERE tenant = $1 AND idx >= $2 ORDER BY idx LIMIT $3
-- name: leaves_of_case
SELECT tenant, idx, case_id, leaf FROM log_leaf WHERE tenant = $1 AND case_id = $2 ORDER BY idx
-- name: insert_hash
INSERT INTO log_hash (tenant, idx, hash) VALUES ($1, $2, $3)
-- name: hash
SELECT hash FROM log_hash WHERE tenant = $1 AND idx = $2
-- name: hashes_from
SELECT hash FROM log_hash WHERE tenant = $1 AND idx >= $2 AND idx < $3 ORDER BY idx
-- name: insert_checkpoint
INSERT INTO log_checkpoint (tenant, size, at, note, stamp) VALUES ($1, $2, $3, $4, NULL)
ON CONFLICT (tenant, size) DO NOTHING
-- name: set_stamp
UPDATE log_checkpoint SET stamp = $3 WHERE tenant = $1 AND size = $2
-- name: checkpoints_from
SELECT tenant, size, at, note, stamp FROM log_checkpoint WHERE tenant = $1 AND size >= $2 ORDER BY size LIMIT $3
-- name: last_checkpoint
SELECT tenant, size, at, note, stamp FROM log_checkpoint WHERE tenant = $1 ORDER BY size DESC LIMIT 1
-- name: last_stamped
SELECT tenant, size, at, note, stamp FROM log_checkpoint WHERE tenant = $1 AND stamp IS NOT NULL ORDER BY size DESC LIMIT 1
-- name: first_stamped
SELECT tenant, size, at, note, stamp FROM log_checkpoint WHERE tenant = $1 AND size >= $2 AND stamp IS NOT NULL ORDER BY size LIMIT 1
