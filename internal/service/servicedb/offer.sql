-- name: insert
INSERT INTO offer (tenant, case_id, offer_id, visit_id, technician_id, state, round, rank, reasons, arrive_at, travel_s, distance_m, pay_fen,
  decline_reason, created_at, seen_at, expires_at, answered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
-- name: update
UPDATE offer SET state = $4, decline_reason = $5, seen_at = $6, expires_at = $7, answered_at = $8, arrive_at = $9
WHERE tenant = $1 AND case_id = $2 AND offer_id = $3
-- name: of_case
SELECT o.tenant, o.case_id, o.offer_id, o.visit_id, o.technician_id, o.state, o.round, o.rank, o.reasons, o.arrive_at, o.travel_s, o.distance_m, o.pay_fen,
  o.decline_reason, o.created_at, o.seen_at, o.expires_at, o.answered_at, x.code, x.name
FROM offer o JOIN technician x ON x.tenant = o.tenant AND x.technician_id = o.technician_id
WHERE o.tenant = $1 AND o.case_id = $2 ORDER BY o.created_at, o.round, o.rank, o.offer_id
-- name: live
SELECT o.tenant, o.case_id, o.offer_id, o.visit_id, o.technician_id, o.state, o.round, o.rank, o.reasons, o.arrive_at, o.travel_s, o.distance_m, o.pay_fen,
  o.decline_reason, o.created_at, o.seen_at, o.expires_at, o.answered_at, x.code, x.name
FROM offer o JOIN technician x ON x.tenant = o.tenant AND x.technician_id = o.technician_id
WHERE o.tenant = $1 AND o.technician_id = $2 AND o.state IN ('created', 'sent', 'seen') ORDER BY o.expires_at, o.offer_id LIMIT 100
-- name: earned
SELECT COUNT(*), CAST(COALESCE(SUM(o.pay_fen), 0) AS BIGINT)
FROM visit v JOIN offer o ON o.tenant = v.tenant AND o.case_id = v.case_id AND o.visit_id = v.visit_id AND o.state = 'accepted'
WHERE v.tenant = $1 AND v.technician_id = $2 AND v.state IN ('finished', 'waiting_signature', 'needs_follow_up')
  AND v.planned_from >= $3 AND v.planned_from < $4
