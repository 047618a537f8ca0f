-- name: insert
INSERT INTO account (tenant, account_id, login, name, roles, technician_id, merchant_id, password, totp_last, state, failures, locked_until,
  created_at, totp_state, password_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0, 0, $10, 0, $11)
ON CONFLICT (tenant, login) DO NOTHING

-- name: get
SELECT account_id, login, name, roles, technician_id, merchant_id, password, password_at, totp_enc, totp_last, totp_state, state, failures,
  locked_until, created_at, seen_at
FROM account WHERE tenant = $1 AND account_id = $2

-- name: by_login
SELECT account_id, login, name, roles, technician_id, merchant_id, password, password_at, totp_enc, totp_last, totp_state, state, failures,
  locked_until, created_at, seen_at
FROM account WHERE tenant = $1 AND login = $2

-- name: list
SELECT account_id, login, name, roles, technician_id, merchant_id, password, password_at, totp_enc, totp_last, totp_state, state, failures,
  locked_until, created_at, seen_at
FROM account WHERE tenant = $1 AND login > $2 ORDER BY login LIMIT $3

-- name: lock_admins
SELECT account_id, roles FROM account WHERE tenant = $1 AND state = 'active' AND roles LIKE '%admin%' ORDER BY account_id {{forupdate}}

-- name: set_login
UPDATE account SET login = $3, name = $4 WHERE tenant = $1 AND account_id = $2

-- name: set_password
UPDATE account SET password = $3, password_at = $4, state = $5 WHERE tenant = $1 AND account_id = $2

-- name: rehash
UPDATE account SET password = $4 WHERE tenant = $1 AND account_id = $2 AND password = $3

-- name: set_totp
UPDATE account SET totp_enc = $3, totp_state = $4 WHERE tenant = $1 AND account_id = $2

-- name: take_step
UPDATE account SET totp_last = $3 WHERE tenant = $1 AND account_id = $2 AND totp_last < $3

-- name: set_roles
UPDATE account SET name = $3, roles = $4, technician_id = $5, merchant_id = $6 WHERE tenant = $1 AND account_id = $2

-- name: set_state
UPDATE account SET state = $3 WHERE tenant = $1 AND account_id = $2

-- name: note_failure
UPDATE account SET failures = failures + 1, locked_until = $3 WHERE tenant = $1 AND login = $2

-- name: note_success
UPDATE account SET failures = 0, locked_until = 0, seen_at = COALESCE($3, seen_at) WHERE tenant = $1 AND account_id = $2

-- name: insert_once
INSERT INTO one_time_link (token_hash, tenant, account_id, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: once
SELECT token_hash, tenant, account_id, purpose, created_at, expires_at, used_at FROM one_time_link WHERE token_hash = $1

-- name: use_once
-- all tenants: found by the hash of the token
UPDATE one_time_link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2

-- name: delete_once_of
DELETE FROM one_time_link WHERE tenant = $1 AND account_id = $2 AND used_at IS NULL

-- name: delete_once_expired
-- all tenants: what is over is over
DELETE FROM one_time_link WHERE expires_at <= $1

-- name: insert_recovery
INSERT INTO recovery_code (tenant, account_id, code_hash, created_at) VALUES ($1, $2, $3, $4)

-- name: use_recovery
UPDATE recovery_code SET used_at = $4 WHERE tenant = $1 AND account_id = $2 AND code_hash = $3 AND used_at IS NULL

-- name: delete_recovery
DELETE FROM recovery_code WHERE tenant = $1 AND account_id = $2

-- name: count_recovery
SELECT COUNT(*) FROM recovery_code WHERE tenant = $1 AND account_id = $2 AND used_at IS NULL
