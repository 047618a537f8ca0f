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
INSERT INTO media_index (tenant, item_id, case_id, owner_id, subject_id, role, media_type, sha256, sealed_at, leaf, state, print, quality, printed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, 0, NULL) ON CONFLICT (tenant, item_id) DO NOTHING
-- name: set_print
UPDATE media_index SET state = $3, print = $4, quality = $5, printed_at = $6 WHERE tenant = $1 AND item_id = $2
-- name: media
SELECT tenant, item_id, case_id, owner_id, subject_id, role, media_type, sha256, sealed_at, leaf, state, print, quality, printed_at FROM media_index
WHERE tenant = $1 AND item_id = $2
-- name: same_bytes
SELECT tenant, item_id, case_id, owner_id, subject_id, role, media_type, sha256, sealed_at, leaf, state, print, quality, printed_at FROM media_index
WHERE tenant = $1 AND sha256 = $2 ORDER BY sealed_at, item_id LIMIT $3
-- name: printed
SELECT tenant, item_id, case_id, owner_id, subject_id, role, media_type, sha256, sealed_at, leaf, state, print, quality, printed_at FROM media_index
WHERE tenant = $1 AND (printed_at > $2 OR printed_at = $2 AND item_id > $3) ORDER BY printed_at, item_id LIMIT $4
