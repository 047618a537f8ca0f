-- name: insert
INSERT INTO request (tenant, case_id, request_id, kind, state, urgency, product, fault, fault_enc, address_enc, detail_enc, region, region_path,
  region_version, region_asof, region_outcome, lng_e6, lat_e6, geo_precision, wished_from, wished_to, covered, reopened, warranty, not_before,
  created_at, updated_at, assigned_at, arrived_at, done_at, closed_at, queue, next_due)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,
  $31, $32, $33)
-- name: update
UPDATE request SET state = $4, urgency = $5, fault = $6, fault_enc = $7, address_enc = $8, detail_enc = $9, region = $10, region_path = $11,
  region_version = $12, region_asof = $13, region_outcome = $14, lng_e6 = $15, lat_e6 = $16, geo_precision = $17, wished_from = $18, wished_to = $19,
  covered = $20, reopened = $21, warranty = $22, not_before = $23, updated_at = $24, assigned_at = $25, arrived_at = $26, done_at = $27,
  closed_at = $28, queue = $29, next_due = $30
WHERE tenant = $1 AND case_id = $2 AND request_id = $3
-- name: of_case
SELECT tenant, case_id, request_id, kind, state, urgency, product, fault, fault_enc, address_enc, detail_enc, region, region_path,
  region_version, region_asof, region_outcome, lng_e6, lat_e6, geo_precision, wished_from, wished_to, covered, reopened, warranty, not_before,
  created_at, updated_at, assigned_at, arrived_at, done_at, closed_at, queue, next_due
FROM request WHERE tenant = $1 AND case_id = $2 ORDER BY created_at, request_id
-- name: nearest_clock
SELECT COALESCE(MIN(c.due_at), $3) FROM case_clock c
WHERE c.tenant = $1 AND c.case_id = $2 AND COALESCE(c.stopped_at, 0) = 0 AND c.kind NOT LIKE 'claim_%'
  AND COALESCE((SELECT h.kind FROM case_clock_change h WHERE h.tenant = c.tenant AND h.case_id = c.case_id AND h.clock_id = c.clock_id
    AND h.kind IN ('pause', 'resume') ORDER BY h.seq DESC LIMIT 1), 'resume') <> 'pause'
-- name: insert_promise
INSERT INTO promise (tenant, case_id, promise_id, request_id, visit_id, from_at, to_at, probability_pm, state, cause, made_at, judged_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
-- name: update_promise
UPDATE promise SET visit_id = $4, state = $5, cause = $6, judged_at = $7 WHERE tenant = $1 AND case_id = $2 AND promise_id = $3
-- name: promises
SELECT tenant, case_id, promise_id, request_id, visit_id, from_at, to_at, probability_pm, state, cause, made_at, judged_at
FROM promise WHERE tenant = $1 AND case_id = $2 ORDER BY made_at, promise_id
