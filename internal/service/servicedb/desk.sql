-- name: insert_note
INSERT INTO desk_note (tenant, case_id, note_id, account_id, kind, words_enc, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
-- name: notes
SELECT tenant, case_id, note_id, account_id, kind, words_enc, created_at FROM desk_note WHERE tenant = $1 AND case_id = $2 ORDER BY created_at, note_id
-- name: open_problem
INSERT INTO problem (tenant, case_id, problem_id, request_id, kind, open_key, rank, args, since, resolved_at)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, NULL)
ON CONFLICT (tenant, case_id, open_key) DO NOTHING
-- name: resolve_problem
UPDATE problem SET open_key = NULL, resolved_at = $4
WHERE tenant = $1 AND case_id = $2 AND open_key IS NOT NULL AND (CAST($3 AS TEXT) = '' OR kind = CAST($3 AS TEXT))
-- name: problems_of
SELECT p.tenant, p.case_id, p.problem_id, p.request_id, p.kind, p.rank, p.args, p.since, p.resolved_at, c.number, r.urgency, r.region_path
FROM problem p
JOIN case_file c ON c.tenant = p.tenant AND c.case_id = p.case_id
JOIN request r ON r.tenant = p.tenant AND r.case_id = p.case_id AND r.request_id = p.request_id
WHERE p.tenant = $1 AND p.case_id = $2 AND p.open_key IS NOT NULL ORDER BY p.since, p.problem_id
-- name: open_problems
SELECT p.tenant, p.case_id, p.problem_id, p.request_id, p.kind, p.rank, p.args, p.since, p.resolved_at, c.number, r.urgency, r.region_path
FROM problem p
JOIN case_file c ON c.tenant = p.tenant AND c.case_id = p.case_id
JOIN request r ON r.tenant = p.tenant AND r.case_id = p.case_id AND r.request_id = p.request_id
WHERE p.tenant = $1 AND p.resolved_at IS NULL AND (p.rank, p.problem_id) > ($2, $3)
ORDER BY p.rank, p.problem_id LIMIT $4
-- name: queue
SELECT r.tenant, r.case_id, r.request_id, r.kind, r.state, r.urgency, r.product, r.fault, r.fault_enc, r.address_enc, r.detail_enc, r.region, r.region_path,
  r.region_version, r.region_asof, r.region_outcome, r.lng_e6, r.lat_e6, r.geo_precision, r.wished_from, r.wished_to, r.covered, r.reopened, r.warranty,
  r.not_before, r.created_at, r.updated_at, r.assigned_at, r.arrived_at, r.done_at, r.closed_at, r.queue, r.next_due, c.number, c.subject_id,
  COALESCE((SELECT k.kind FROM case_clock k WHERE k.tenant = r.tenant AND k.case_id = r.case_id AND k.stopped_at IS NULL AND k.due_at = r.next_due
    ORDER BY k.kind LIMIT 1), '')
FROM request r JOIN case_file c ON c.tenant = r.tenant AND c.case_id = r.case_id
WHERE r.tenant = $1 AND r.queue = 1 AND (r.next_due, r.request_id) > ($2, $3)
  AND (CAST($4 AS TEXT) = '' OR r.state = CAST($4 AS TEXT)) AND (CAST($5 AS TEXT) = '' OR r.urgency = CAST($5 AS TEXT)) AND r.region >= $6 AND r.region < $7
ORDER BY r.next_due, r.request_id LIMIT $8
-- name: stats_requests
SELECT r.region, r.created_at, r.assigned_at, r.arrived_at, r.done_at, r.reopened,
  (SELECT COUNT(*) FROM visit v WHERE v.tenant = r.tenant AND v.case_id = r.case_id AND v.request_id = r.request_id AND v.arrived_at IS NOT NULL)
FROM request r WHERE r.tenant = $1 AND r.created_at >= $2 AND r.created_at < $3 ORDER BY r.created_at LIMIT 20000
-- name: stats_promises
SELECT state, COUNT(*) FROM promise WHERE tenant = $1 AND state IN ('kept', 'broken') AND judged_at >= $2 AND judged_at < $3 GROUP BY state
-- name: stats_ratings
SELECT COUNT(*), CAST(COALESCE(SUM(g.stars), 0) AS BIGINT) FROM rating g
WHERE g.tenant = $1 AND g.created_at >= $2 AND g.created_at < $3
-- name: stats_declines
SELECT decline_reason, COUNT(*) FROM offer WHERE tenant = $1 AND state = 'declined' AND answered_at >= $2 AND answered_at < $3
GROUP BY decline_reason ORDER BY COUNT(*) DESC, decline_reason
