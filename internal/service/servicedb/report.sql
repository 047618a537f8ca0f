-- name: insert
INSERT INTO visit_report (tenant, case_id, visit_id, outcome, fault, cause, work_enc, checklist, warranty_days, warranty_until, document, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
-- name: insert_work
INSERT INTO work_done (tenant, case_id, visit_id, line, item, quantity) VALUES ($1, $2, $3, $4, $5, $6)
-- name: insert_part
INSERT INTO part_fitted (tenant, case_id, visit_id, line, part, serial, serial_key, quantity) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
-- name: insert_product
INSERT INTO product_checked (tenant, case_id, visit_id, line, product, condition, advice, advice_enc, wants_quote)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
-- name: of_case
SELECT tenant, case_id, visit_id, outcome, fault, cause, work_enc, checklist, warranty_days, warranty_until, document, created_at
FROM visit_report WHERE tenant = $1 AND case_id = $2 ORDER BY created_at, visit_id
-- name: work
SELECT visit_id, item, quantity FROM work_done WHERE tenant = $1 AND case_id = $2 ORDER BY visit_id, line
-- name: parts
SELECT visit_id, part, serial, serial_key, quantity FROM part_fitted WHERE tenant = $1 AND case_id = $2 ORDER BY visit_id, line
-- name: products
SELECT visit_id, product, condition, advice, advice_enc, wants_quote FROM product_checked WHERE tenant = $1 AND case_id = $2 ORDER BY visit_id, line
-- name: serial_fitted
SELECT COUNT(*), MIN(r.created_at)
FROM part_fitted p JOIN visit_report r ON r.tenant = p.tenant AND r.case_id = p.case_id AND r.visit_id = p.visit_id
WHERE p.tenant = $1 AND p.serial_key = $2 AND p.visit_id <> $3
-- name: insert_rating
INSERT INTO rating (tenant, case_id, visit_id, stars, tags, words_enc, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
-- name: ratings
SELECT tenant, case_id, visit_id, stars, tags, words_enc, created_at FROM rating WHERE tenant = $1 AND case_id = $2 ORDER BY created_at
-- name: insert_document
INSERT INTO document (tenant, code, case_id, kind, ref_id, issued_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
-- name: document
SELECT tenant, code, case_id, kind, ref_id, issued_at, revoked_at FROM document WHERE tenant = $1 AND code = $2
