-- name: insert_round
INSERT INTO check_round (tenant, case_id, claim_id, round, target, started_at, ended_at, outcome) VALUES ($1, $2, $3, $4, $5, $6, NULL, '')
-- name: newest_round
SELECT tenant, case_id, claim_id, round, target, started_at, ended_at, outcome FROM check_round
WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY round DESC LIMIT 1
-- name: lock_round
SELECT tenant, case_id, claim_id, round, target, started_at, ended_at, outcome FROM check_round
WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 AND round = $4 {{forupdate}}
-- name: end_round
UPDATE check_round SET ended_at = $5, outcome = $6 WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 AND round = $4
-- name: insert_signal
INSERT INTO check_signal (tenant, case_id, claim_id, round, seq, signal_id, check_id, version, applicability, strength, grp, record, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
-- name: signals
SELECT tenant, case_id, claim_id, round, signal_id, check_id, version, applicability, strength, grp, record, at FROM check_signal
WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 AND round = $4 ORDER BY seq
-- name: insert_media
INSERT INTO media_index (tenant, item_id, case_id, owner_id, subject_id, role, media_type, sha256, sealed_at, leaf, state, print, quality, printed_at, merchant_id, product_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, 0, NULL, $12, $13) ON CONFLICT (tenant, item_id) DO NOTHING
-- name: set_print
UPDATE media_index SET state = $3, print = $4, quality = $5, printed_at = $6 WHERE tenant = $1 AND item_id = $2
-- name: media
SELECT tenant, item_id, case_id, owner_id, subject_id, role, media_type, sha256, sealed_at, leaf, state, print, quality, printed_at, product_id FROM media_index
WHERE tenant = $1 AND item_id = $2
-- name: same_bytes
SELECT tenant, item_id, case_id, owner_id, subject_id, role, media_type, sha256, sealed_at, leaf, state, print, quality, printed_at, product_id FROM media_index
WHERE tenant = $1 AND sha256 = $2 ORDER BY sealed_at, item_id LIMIT $3
-- name: printed
SELECT tenant, item_id, case_id, owner_id, subject_id, role, media_type, sha256, sealed_at, leaf, state, print, quality, printed_at, product_id FROM media_index
WHERE tenant = $1 AND (printed_at > $2 OR printed_at = $2 AND item_id > $3) ORDER BY printed_at, item_id LIMIT $4
-- name: set_sketch
INSERT INTO media_sketch (tenant, item_id, version, sketch) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, item_id) DO UPDATE SET version = $3, sketch = $4
-- name: sketched
SELECT m.tenant, m.item_id, m.case_id, m.owner_id, m.subject_id, m.role, m.media_type, m.sha256, m.sealed_at, m.leaf, m.state, m.print, m.quality, m.printed_at, m.product_id, k.sketch
FROM media_index m LEFT JOIN media_sketch k ON k.tenant = m.tenant AND k.item_id = m.item_id AND k.version = $3
WHERE m.tenant = $1 AND m.item_id = $2
-- name: of_owner
SELECT m.tenant, m.item_id, m.case_id, m.owner_id, m.subject_id, m.role, m.media_type, m.sha256, m.sealed_at, m.leaf, m.state, m.print, m.quality, m.printed_at, m.product_id, k.sketch
FROM media_index m LEFT JOIN media_sketch k ON k.tenant = m.tenant AND k.item_id = m.item_id AND k.version = $4
WHERE m.tenant = $1 AND m.owner_id = $2 ORDER BY m.sealed_at DESC, m.item_id LIMIT $3
-- name: of_buyer
SELECT m.tenant, m.item_id, m.case_id, m.owner_id, m.subject_id, m.role, m.media_type, m.sha256, m.sealed_at, m.leaf, m.state, m.print, m.quality, m.printed_at, m.product_id, k.sketch
FROM subject me JOIN subject s ON s.tenant = me.tenant AND (s.phone_index = me.phone_index OR s.subject_id = me.subject_id)
JOIN media_index m ON m.tenant = s.tenant AND m.subject_id = s.subject_id LEFT JOIN media_sketch k ON k.tenant = m.tenant AND k.item_id = m.item_id AND k.version = $5
WHERE me.tenant = $1 AND me.subject_id = $2 AND m.sealed_at < $3 ORDER BY m.sealed_at DESC, m.item_id LIMIT $4
-- name: of_merchant
SELECT m.tenant, m.item_id, m.case_id, m.owner_id, m.subject_id, m.role, m.media_type, m.sha256, m.sealed_at, m.leaf, m.state, m.print, m.quality, m.printed_at, m.product_id, k.sketch
FROM media_index m LEFT JOIN media_sketch k ON k.tenant = m.tenant AND k.item_id = m.item_id AND k.version = $5
WHERE m.tenant = $1 AND m.merchant_id = $2 AND m.sealed_at < $3 ORDER BY m.sealed_at DESC, m.item_id LIMIT $4
-- name: of_product
SELECT m.tenant, m.item_id, m.case_id, m.owner_id, m.subject_id, m.role, m.media_type, m.sha256, m.sealed_at, m.leaf, m.state, m.print, m.quality, m.printed_at, m.product_id, k.sketch
FROM media_index m LEFT JOIN media_sketch k ON k.tenant = m.tenant AND k.item_id = m.item_id AND k.version = $5
WHERE m.tenant = $1 AND m.product_id = $2 AND m.sealed_at < $3 ORDER BY m.sealed_at DESC, m.item_id LIMIT $4
-- name: set_film
INSERT INTO media_film (tenant, item_id, version, state, prints, printed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant, item_id) DO UPDATE SET version = $3, state = $4, prints = $5, printed_at = $6
-- name: clear_frames
DELETE FROM media_frame WHERE tenant = $1 AND item_id = $2
-- name: set_frame
INSERT INTO media_frame (tenant, item_id, second, version, sketch) VALUES ($1, $2, $3, $4, $5)
-- name: forget_sketch
DELETE FROM media_sketch WHERE tenant = $1 AND item_id = $2
-- name: forget_film
DELETE FROM media_film WHERE tenant = $1 AND item_id = $2
-- name: forget_media
DELETE FROM media_index WHERE tenant = $1 AND item_id = $2
-- name: film
SELECT state, prints, printed_at FROM media_film WHERE tenant = $1 AND item_id = $2 AND version = $3
-- name: frames
SELECT second, sketch FROM media_frame WHERE tenant = $1 AND item_id = $2 AND version = $3 ORDER BY second
-- name: filmed
SELECT item_id, state, prints, printed_at FROM media_film
WHERE tenant = $1 AND version = $2 AND (printed_at > $3 OR printed_at = $3 AND item_id > $4) ORDER BY printed_at, item_id LIMIT $5
-- name: lacking
SELECT m.tenant, m.item_id, m.case_id, m.owner_id, m.subject_id, m.role, m.media_type, m.sha256, m.sealed_at, m.leaf, m.state, m.print, m.quality, m.printed_at, m.product_id
FROM media_index m LEFT JOIN media_sketch k ON k.tenant = m.tenant AND k.item_id = m.item_id AND k.version = $3 LEFT JOIN media_film f ON f.tenant = m.tenant AND f.item_id = m.item_id AND f.version = $4
WHERE m.tenant = $1 AND m.item_id > $2 AND (m.state = 'waiting' OR m.state IN ('ok', 'poor') AND k.item_id IS NULL OR m.media_type LIKE 'video/%' AND (f.item_id IS NULL OR f.state = 'no_program' AND $5 = 1))
ORDER BY m.item_id LIMIT $6
