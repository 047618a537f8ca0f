-- name: claim
INSERT INTO idempotency (tenant, scope, key_hash, request_hash, answer, created_at)
VALUES ($1, $2, $3, $4, '', $5)
ON CONFLICT (tenant, scope, key_hash) DO NOTHING
-- name: answer
SELECT request_hash, answer FROM idempotency WHERE tenant = $1 AND scope = $2 AND key_hash = $3
-- name: save
UPDATE idempotency SET answer = $4 WHERE tenant = $1 AND scope = $2 AND key_hash = $3
-- name: purge
DELETE FROM idempotency
WHERE tenant = $1 AND created_at <= (
  SELECT MAX(created_at) FROM (SELECT created_at FROM idempotency WHERE tenant = $1 AND created_at < $2 ORDER BY created_at LIMIT $3) AS oldest)
