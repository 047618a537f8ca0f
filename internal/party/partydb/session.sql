-- name: insert
INSERT INTO session (token_hash, data, expires_at, tenant, account_id, label, created_at, seen_at, idle)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: update
UPDATE session SET data = $2, expires_at = $3 WHERE token_hash = $1

-- name: get
SELECT token_hash, tenant, account_id, data, label, created_at, seen_at, expires_at, idle FROM session WHERE token_hash = $1

-- name: touch
UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2

-- name: delete
DELETE FROM session WHERE token_hash = $1

-- name: of_account
SELECT token_hash, tenant, account_id, data, label, created_at, seen_at, expires_at, idle FROM session
WHERE tenant = $1 AND account_id = $2 ORDER BY seen_at DESC, token_hash LIMIT 100

-- name: delete_of_account
DELETE FROM session WHERE tenant = $1 AND account_id = $2 AND token_hash <> $3

-- name: delete_expired
DELETE FROM session WHERE expires_at <= $1 OR seen_at + idle <= $1
