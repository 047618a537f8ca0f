-- name: insert_message
INSERT INTO message (tenant, message_id, case_id, subject_id, channel, template, lang, to_enc, body_enc, created_at, delivered_at, dedupe)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (tenant, dedupe) DO NOTHING

-- name: get_message
SELECT m.message_id, m.case_id, m.subject_id, m.channel, m.template, m.lang, m.to_enc, m.body_enc, m.created_at, m.delivered_at, COALESCE(c.number, '')
FROM message m LEFT JOIN case_file c ON c.tenant = m.tenant AND c.case_id = m.case_id
WHERE m.tenant = $1 AND m.message_id = $2

-- name: list_messages
SELECT m.message_id, m.case_id, m.subject_id, m.channel, m.template, m.lang, m.to_enc, m.body_enc, m.created_at, m.delivered_at, COALESCE(c.number, '')
FROM message m LEFT JOIN case_file c ON c.tenant = m.tenant AND c.case_id = m.case_id
WHERE m.tenant = $1 AND (m.created_at < $2 OR (m.created_at = $2 AND m.message_id < $3))
ORDER BY m.created_at DESC, m.message_id DESC LIMIT $4

-- name: messages_of_case
SELECT m.message_id, m.case_id, m.subject_id, m.channel, m.template, m.lang, m.to_enc, m.body_enc, m.created_at, m.delivered_at, COALESCE(c.number, '')
FROM message m LEFT JOIN case_file c ON c.tenant = m.tenant AND c.case_id = m.case_id
WHERE m.tenant = $1 AND m.case_id = $2
ORDER BY m.created_at DESC, m.message_id DESC LIMIT $3

-- name: set_delivered
UPDATE message SET delivered_at = $3 WHERE tenant = $1 AND message_id = $2 AND delivered_at IS NULL

-- name: delete_messages
DELETE FROM message WHERE tenant = $1 AND created_at < $2

-- name: insert_endpoint
INSERT INTO webhook_endpoint (tenant, endpoint_id, name, url, secret_enc, kinds, state, created_at, changed_at, last_error, failures)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0)

-- name: get_endpoint
SELECT endpoint_id, name, url, secret_enc, kinds, state, created_at, last_ok_at, changed_at, last_error, failures FROM webhook_endpoint
WHERE tenant = $1 AND endpoint_id = $2

-- name: list_endpoints
SELECT endpoint_id, name, url, secret_enc, kinds, state, created_at, last_ok_at, changed_at, last_error, failures FROM webhook_endpoint
WHERE tenant = $1 ORDER BY created_at, endpoint_id LIMIT 100

-- name: update_endpoint
UPDATE webhook_endpoint SET name = $3, url = $4, secret_enc = $5, kinds = $6, state = $7, changed_at = $8, failures = $9
WHERE tenant = $1 AND endpoint_id = $2

-- name: delete_endpoint
DELETE FROM webhook_endpoint WHERE tenant = $1 AND endpoint_id = $2

-- name: note_ok
UPDATE webhook_endpoint SET last_ok_at = $3, last_error = '', failures = 0 WHERE tenant = $1 AND endpoint_id = $2

-- name: note_failure
UPDATE webhook_endpoint SET last_error = $3, failures = failures + 1 WHERE tenant = $1 AND endpoint_id = $2

-- name: set_state
UPDATE webhook_endpoint SET state = $3, changed_at = $4 WHERE tenant = $1 AND endpoint_id = $2 AND state <> $3
