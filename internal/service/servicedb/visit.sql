-- name: insert
INSERT INTO visit (tenant, case_id, visit_id, request_id, number, state, technician_id, pinned, circle, planned_from, planned_to, door_code_enc,
  door_failures, en_route_at, arrived_at, arrived_how, finished_at, signed_at, signature, signature_reason, signature_item, end_reason, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
-- name: update
UPDATE visit SET state = $4, technician_id = $5, pinned = $6, circle = $7, planned_from = $8, planned_to = $9, door_code_enc = $10,
  door_failures = $11, en_route_at = $12, arrived_at = $13, arrived_how = $14, finished_at = $15, signed_at = $16, signature = $17,
  signature_reason = $18, signature_item = $19, end_reason = $20, updated_at = $21
WHERE tenant = $1 AND case_id = $2 AND visit_id = $3
-- name: of_case
SELECT tenant, case_id, visit_id, request_id, number, state, technician_id, pinned, circle, planned_from, planned_to, door_code_enc,
  door_failures, en_route_at, arrived_at, arrived_how, finished_at, signed_at, signature, signature_reason, signature_item, end_reason, created_at, updated_at
FROM visit WHERE tenant = $1 AND case_id = $2 ORDER BY created_at, number, visit_id
-- name: held
SELECT v.tenant, v.case_id, v.visit_id, v.request_id, v.number, v.state, v.technician_id, v.pinned, v.circle, v.planned_from, v.planned_to, v.door_code_enc,
  v.door_failures, v.en_route_at, v.arrived_at, v.arrived_how, v.finished_at, v.signed_at, v.signature, v.signature_reason, v.signature_item, v.end_reason,
  v.created_at, v.updated_at, r.lng_e6, r.lat_e6, r.geo_precision, r.kind, r.product, r.urgency, r.region, r.region_path, c.number
FROM visit v
JOIN request r ON r.tenant = v.tenant AND r.case_id = v.case_id AND r.request_id = v.request_id
JOIN case_file c ON c.tenant = v.tenant AND c.case_id = v.case_id
WHERE v.tenant = $1 AND v.technician_id = $2 AND v.state IN ('accepted', 'en_route', 'arrived', 'working', 'waiting_approval')
ORDER BY v.planned_from, v.visit_id LIMIT 200
-- name: on_day
SELECT v.tenant, v.case_id, v.visit_id, v.request_id, v.number, v.state, v.technician_id, v.pinned, v.circle, v.planned_from, v.planned_to, v.door_code_enc,
  v.door_failures, v.en_route_at, v.arrived_at, v.arrived_how, v.finished_at, v.signed_at, v.signature, v.signature_reason, v.signature_item, v.end_reason,
  v.created_at, v.updated_at, r.lng_e6, r.lat_e6, r.geo_precision, r.kind, r.product, r.urgency, r.region, r.region_path, c.number
FROM visit v
JOIN request r ON r.tenant = v.tenant AND r.case_id = v.case_id AND r.request_id = v.request_id
JOIN case_file c ON c.tenant = v.tenant AND c.case_id = v.case_id
WHERE v.tenant = $1 AND v.technician_id = $2 AND v.planned_from < $4 AND v.planned_to > $3
ORDER BY v.planned_from, v.visit_id LIMIT 200
