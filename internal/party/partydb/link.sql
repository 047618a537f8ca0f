-- name: insert
INSERT INTO case_link (token_hash, tenant, case_id, generation, created_at) VALUES ($1, $2, $3, $4, $5)

-- name: get
SELECT l.token_hash, l.tenant, l.case_id, l.generation, l.created_at, l.revoked_at, c.subject_id, c.lang, c.number
FROM case_link l JOIN case_file c ON c.tenant = l.tenant AND c.case_id = l.case_id
WHERE l.token_hash = $1

-- name: newest
SELECT token_hash, tenant, case_id, generation, created_at, revoked_at FROM case_link
WHERE tenant = $1 AND case_id = $2 ORDER BY generation DESC LIMIT 1

-- name: revoke
UPDATE case_link SET revoked_at = $3 WHERE tenant = $1 AND case_id = $2 AND revoked_at IS NULL

-- name: cases_of_phone
SELECT c.tenant, c.case_id, c.subject_id, c.lang, c.number, c.created_at
FROM subject s JOIN case_file c ON c.tenant = s.tenant AND c.case_id = s.case_id
WHERE s.tenant = $1 AND s.phone_index = $2 AND (c.closed_at IS NULL OR c.closed_at >= $3)
ORDER BY c.created_at DESC, c.case_id LIMIT $4

-- name: insert_code
INSERT INTO phone_code (tenant, challenge_id, phone_index, code_hash, created_at, expires_at, tries) VALUES ($1, $2, $3, $4, $5, $6, 0)

-- name: take_try
UPDATE phone_code SET tries = tries + 1
WHERE tenant = $1 AND challenge_id = $2 AND used_at IS NULL AND expires_at > $3 AND tries < $4
RETURNING phone_index, code_hash, created_at, expires_at, tries

-- name: use_code
UPDATE phone_code SET used_at = $3 WHERE tenant = $1 AND challenge_id = $2 AND used_at IS NULL

-- name: delete_codes
-- all tenants: what is over is over
DELETE FROM phone_code WHERE expires_at <= $1
