-- name: insert_key
INSERT INTO subject_key (tenant, subject_id, wrapped, created_at, destroyed_at) VALUES ($1, $2, $3, $4, NULL)
-- name: key
SELECT wrapped FROM subject_key WHERE tenant = $1 AND subject_id = $2
-- name: destroy_key
UPDATE subject_key SET wrapped = NULL, destroyed_at = $3 WHERE tenant = $1 AND subject_id = $2 AND wrapped IS NOT NULL
-- name: keys_after
SELECT tenant, subject_id, wrapped FROM subject_key
WHERE (tenant, subject_id) > ($1, $2) AND wrapped IS NOT NULL
ORDER BY tenant, subject_id LIMIT $3
-- name: replace_key
UPDATE subject_key SET wrapped = $4 WHERE tenant = $1 AND subject_id = $2 AND wrapped = $3
-- name: insert_person
INSERT INTO subject (tenant, subject_id, case_id, name_enc, phone_enc, name_index, phone_index, phone_tail_index, created_at, erased_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)
-- name: update_person
UPDATE subject SET name_enc = $3, phone_enc = $4, name_index = $5, phone_index = $6, phone_tail_index = $7
WHERE tenant = $1 AND subject_id = $2 AND erased_at IS NULL
-- name: person
SELECT tenant, subject_id, case_id, name_enc, phone_enc, name_index, phone_index, phone_tail_index, created_at, erased_at
FROM subject WHERE tenant = $1 AND subject_id = $2
-- name: blank_person
UPDATE subject SET name_enc = NULL, phone_enc = NULL, name_index = NULL, phone_index = NULL, phone_tail_index = NULL, erased_at = $3
WHERE tenant = $1 AND subject_id = $2 AND erased_at IS NULL
-- name: persons_by_phone
SELECT tenant, subject_id, case_id, name_enc, phone_enc, name_index, phone_index, phone_tail_index, created_at, erased_at
FROM subject WHERE tenant = $1 AND phone_index = $2 ORDER BY created_at DESC, subject_id LIMIT $3
-- name: persons_by_tail
SELECT tenant, subject_id, case_id, name_enc, phone_enc, name_index, phone_index, phone_tail_index, created_at, erased_at
FROM subject WHERE tenant = $1 AND phone_tail_index = $2 ORDER BY created_at DESC, subject_id LIMIT $3
-- name: persons_by_name
SELECT tenant, subject_id, case_id, name_enc, phone_enc, name_index, phone_index, phone_tail_index, created_at, erased_at
FROM subject WHERE tenant = $1 AND name_index = $2 ORDER BY created_at DESC, subject_id LIMIT $3
-- name: insert_access
INSERT INTO access_log (tenant, access_id, at, role, actor_id, action, case_id, subject_id, field, reason, policy)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
-- name: accesses
SELECT tenant, access_id, at, role, actor_id, action, case_id, subject_id, field, reason, policy
FROM access_log WHERE tenant = $1 AND case_id = $2 ORDER BY at DESC, access_id DESC LIMIT $3
