-- name: insert
INSERT INTO api_key (key_hash, tenant, key_id, name, role, scopes, merchant_id, technician_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: get
SELECT key_hash, tenant, key_id, name, role, scopes, merchant_id, technician_id, created_at, used_at, revoked_at FROM api_key WHERE key_hash = $1

-- name: list
SELECT key_hash, tenant, key_id, name, role, scopes, merchant_id, technician_id, created_at, used_at, revoked_at FROM api_key
WHERE tenant = $1 ORDER BY created_at DESC, key_id LIMIT 1000

-- name: touch
UPDATE api_key SET used_at = $2 WHERE key_hash = $1 AND (used_at IS NULL OR used_at < $2)

-- name: revoke
UPDATE api_key SET revoked_at = $3 WHERE tenant = $1 AND key_id = $2 AND revoked_at IS NULL
