-- name: insert_item
INSERT INTO evidence_item (tenant, case_id, item_id, subject_id, kind, source_id, media_type, size, sha256, sm3, stored, stored_size, width, height,
  received_at, device_at, role, actor_id, route, received_for, request_id, visit_id, attached_at, note, leaf)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
-- name: item
SELECT tenant, case_id, item_id, subject_id, kind, source_id, media_type, size, sha256, sm3, stored, stored_size, width, height,
  received_at, device_at, role, actor_id, route, received_for, request_id, visit_id, attached_at, note, leaf
FROM evidence_item WHERE tenant = $1 AND case_id = $2 AND item_id = $3
-- name: lock_item
SELECT tenant, case_id, item_id, subject_id, kind, source_id, media_type, size, sha256, sm3, stored, stored_size, width, height,
  received_at, device_at, role, actor_id, route, received_for, request_id, visit_id, attached_at, note, leaf
FROM evidence_item WHERE tenant = $1 AND case_id = $2 AND item_id = $3 {{forupdate}}
-- name: update_item
UPDATE evidence_item SET request_id = $4, visit_id = $5, attached_at = $6, note = $7
WHERE tenant = $1 AND case_id = $2 AND item_id = $3
-- name: items
SELECT tenant, case_id, item_id, subject_id, kind, source_id, media_type, size, sha256, sm3, stored, stored_size, width, height,
  received_at, device_at, role, actor_id, route, received_for, request_id, visit_id, attached_at, note, leaf
FROM evidence_item WHERE tenant = $1 AND case_id = $2 ORDER BY leaf
-- name: same
SELECT tenant, case_id, item_id, subject_id, kind, source_id, media_type, size, sha256, sm3, stored, stored_size, width, height,
  received_at, device_at, role, actor_id, route, received_for, request_id, visit_id, attached_at, note, leaf
FROM evidence_item WHERE tenant = $1 AND sha256 = $2 AND case_id = $3 AND kind = $4 AND note <> 'removed' ORDER BY leaf LIMIT 1
-- name: items_by_leaf
SELECT tenant, case_id, item_id, subject_id, kind, source_id, media_type, size, sha256, sm3, stored, stored_size, width, height,
  received_at, device_at, role, actor_id, route, received_for, request_id, visit_id, attached_at, note, leaf
FROM evidence_item WHERE tenant = $1 AND leaf >= $2 ORDER BY leaf, item_id LIMIT $3
-- name: staged
SELECT tenant, case_id, item_id, subject_id, kind, source_id, media_type, size, sha256, sm3, stored, stored_size, width, height,
  received_at, device_at, role, actor_id, route, received_for, request_id, visit_id, attached_at, note, leaf
FROM evidence_item WHERE tenant = $1 AND attached_at IS NULL AND received_at < $2 AND note <> 'removed' ORDER BY received_at LIMIT $3
-- name: tenants
-- all tenants: for sweeping and verifying the whole vault
SELECT tenant FROM evidence_item UNION SELECT tenant FROM evidence_custody ORDER BY tenant
-- name: holders
SELECT COUNT(*) FROM evidence_item WHERE tenant = $1 AND stored = $2 AND note <> 'removed'
-- name: insert_custody
INSERT INTO evidence_custody (tenant, case_id, item_id, seq, at, role, actor_id, act, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
-- name: custody
SELECT tenant, case_id, item_id, seq, at, role, actor_id, act, detail
FROM evidence_custody WHERE tenant = $1 AND case_id = $2 AND item_id = $3 ORDER BY seq
-- name: custody_entry
SELECT tenant, case_id, item_id, seq, at, role, actor_id, act, detail
FROM evidence_custody WHERE tenant = $1 AND case_id = $2 AND item_id = $3 AND seq = $4
-- name: custody_count
SELECT COUNT(*) FROM evidence_custody WHERE tenant = $1
-- name: custody_after
SELECT tenant, case_id, item_id, seq, at, role, actor_id, act, detail
FROM evidence_custody WHERE tenant = $1 AND (case_id, item_id, seq) > ($2, $3, $4)
ORDER BY case_id, item_id, seq LIMIT $5
-- name: totals
SELECT COUNT(*), COALESCE(SUM(size), 0), COALESCE(SUM(CASE WHEN attached_at IS NULL THEN 1 ELSE 0 END), 0)
FROM evidence_item WHERE tenant = $1 AND note <> 'removed' AND source_id IS NULL
