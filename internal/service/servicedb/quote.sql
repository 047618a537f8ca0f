-- name: insert
INSERT INTO quote (tenant, case_id, quote_id, visit_id, version, price_list, state, created_at, answered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
-- name: insert_line
INSERT INTO quote_line (tenant, case_id, quote_id, line, item, quantity, unit_fen, list_fen, warranty, why_enc, answer)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
-- name: update
UPDATE quote SET state = $4, answered_at = $5 WHERE tenant = $1 AND case_id = $2 AND quote_id = $3
-- name: update_line
UPDATE quote_line SET answer = $5 WHERE tenant = $1 AND case_id = $2 AND quote_id = $3 AND line = $4
-- name: of_case
SELECT tenant, case_id, quote_id, visit_id, version, price_list, state, created_at, answered_at
FROM quote WHERE tenant = $1 AND case_id = $2 ORDER BY created_at, version
-- name: lines
SELECT quote_id, line, item, quantity, unit_fen, list_fen, warranty, why_enc, answer
FROM quote_line WHERE tenant = $1 AND case_id = $2 ORDER BY quote_id, line
