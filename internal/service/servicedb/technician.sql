-- name: insert
INSERT INTO technician (tenant, technician_id, code, name, phone_enc, partner, vehicle, lng_e6, lat_e6, photo_item, state, certificates, created_at,
  visits_done, stars_sum, stars_n)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, 0)
-- name: update
UPDATE technician SET name = $3, phone_enc = $4, partner = $5, vehicle = $6, lng_e6 = $7, lat_e6 = $8, photo_item = $9, state = $10, certificates = $11
WHERE tenant = $1 AND technician_id = $2
-- name: get
SELECT tenant, technician_id, code, name, phone_enc, partner, vehicle, lng_e6, lat_e6, photo_item, state, certificates, created_at,
  visits_done, stars_sum, stars_n
FROM technician WHERE tenant = $1 AND technician_id = $2
-- name: by_code
SELECT tenant, technician_id, code, name, phone_enc, partner, vehicle, lng_e6, lat_e6, photo_item, state, certificates, created_at,
  visits_done, stars_sum, stars_n
FROM technician WHERE tenant = $1 AND code = $2
-- name: after
SELECT tenant, technician_id, code, name, phone_enc, partner, vehicle, lng_e6, lat_e6, photo_item, state, certificates, created_at,
  visits_done, stars_sum, stars_n
FROM technician WHERE tenant = $1 AND code > $2 ORDER BY code LIMIT $3
-- name: lock
SELECT technician_id FROM technician WHERE tenant = $1 AND technician_id = $2 {{forupdate}}
-- name: skills
SELECT kind, product, level FROM technician_skill WHERE tenant = $1 AND technician_id = $2 ORDER BY kind, product
-- name: regions
SELECT region FROM technician_region WHERE tenant = $1 AND technician_id = $2 ORDER BY region
-- name: shifts
SELECT weekday, from_min, to_min FROM technician_shift WHERE tenant = $1 AND technician_id = $2 ORDER BY weekday, from_min
-- name: absences
SELECT from_at, to_at, reason FROM technician_absence WHERE tenant = $1 AND technician_id = $2 AND to_at > $3 ORDER BY from_at
-- name: clear_skills
DELETE FROM technician_skill WHERE tenant = $1 AND technician_id = $2
-- name: clear_regions
DELETE FROM technician_region WHERE tenant = $1 AND technician_id = $2
-- name: clear_shifts
DELETE FROM technician_shift WHERE tenant = $1 AND technician_id = $2
-- name: add_skill
INSERT INTO technician_skill (tenant, technician_id, kind, product, level) VALUES ($1, $2, $3, $4, $5)
-- name: add_region
INSERT INTO technician_region (tenant, region, technician_id) VALUES ($1, $2, $3)
-- name: add_shift
INSERT INTO technician_shift (tenant, technician_id, weekday, from_min, to_min) VALUES ($1, $2, $3, $4, $5)
-- name: add_absence
INSERT INTO technician_absence (tenant, technician_id, from_at, to_at, reason) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, technician_id, from_at) DO UPDATE SET to_at = excluded.to_at, reason = excluded.reason
-- name: remove_absence
DELETE FROM technician_absence WHERE tenant = $1 AND technician_id = $2 AND from_at = $3
-- name: crew
SELECT x.tenant, x.technician_id, x.code, x.name, x.phone_enc, x.partner, x.vehicle, x.lng_e6, x.lat_e6, x.photo_item, x.state, x.certificates, x.created_at,
  x.visits_done, x.stars_sum, x.stars_n
FROM technician_region g JOIN technician x ON x.tenant = g.tenant AND x.technician_id = g.technician_id
WHERE g.tenant = $1 AND g.region = $2 AND x.state = 'active' ORDER BY x.technician_id LIMIT 500
-- name: crew_skills
SELECT s.technician_id, s.kind, s.product, s.level
FROM technician_region g JOIN technician_skill s ON s.tenant = g.tenant AND s.technician_id = g.technician_id
WHERE g.tenant = $1 AND g.region = $2 ORDER BY s.technician_id, s.kind, s.product
-- name: crew_regions
SELECT o.technician_id, o.region
FROM technician_region g JOIN technician_region o ON o.tenant = g.tenant AND o.technician_id = g.technician_id
WHERE g.tenant = $1 AND g.region = $2 ORDER BY o.technician_id, o.region
-- name: crew_shifts
SELECT s.technician_id, s.weekday, s.from_min, s.to_min
FROM technician_region g JOIN technician_shift s ON s.tenant = g.tenant AND s.technician_id = g.technician_id
WHERE g.tenant = $1 AND g.region = $2 ORDER BY s.technician_id, s.weekday, s.from_min
-- name: crew_absences
SELECT a.technician_id, a.from_at, a.to_at, a.reason
FROM technician_region g JOIN technician_absence a ON a.tenant = g.tenant AND a.technician_id = g.technician_id
WHERE g.tenant = $1 AND g.region = $2 AND a.to_at > $3 ORDER BY a.technician_id, a.from_at
-- name: crew_held
SELECT v.tenant, v.case_id, v.visit_id, v.request_id, v.number, v.state, v.technician_id, v.pinned, v.circle, v.planned_from, v.planned_to, v.door_code_enc,
  v.door_failures, v.en_route_at, v.arrived_at, v.arrived_how, v.finished_at, v.signed_at, v.signature, v.signature_reason, v.signature_item, v.end_reason,
  v.created_at, v.updated_at, r.lng_e6, r.lat_e6, r.geo_precision, r.kind, r.product, r.urgency, r.region, r.region_path, c.number
FROM technician_region g
JOIN visit v ON v.tenant = g.tenant AND v.technician_id = g.technician_id AND v.state IN ('accepted', 'en_route', 'arrived', 'working', 'waiting_approval')
JOIN request r ON r.tenant = v.tenant AND r.case_id = v.case_id AND r.request_id = v.request_id
JOIN case_file c ON c.tenant = v.tenant AND c.case_id = v.case_id
WHERE g.tenant = $1 AND g.region = $2
ORDER BY v.technician_id, v.planned_from, v.visit_id
-- name: staff
SELECT tenant, technician_id, code, name, phone_enc, partner, vehicle, lng_e6, lat_e6, photo_item, state, certificates, created_at,
  visits_done, stars_sum, stars_n
FROM technician WHERE tenant = $1 AND technician_id > $2 AND state = 'active' ORDER BY technician_id LIMIT $3
-- name: staff_skills
SELECT technician_id, kind, product, level FROM technician_skill
WHERE tenant = $1 AND technician_id > $2 AND technician_id <= $3 ORDER BY technician_id, kind, product
-- name: staff_regions
SELECT technician_id, region FROM technician_region
WHERE tenant = $1 AND technician_id > $2 AND technician_id <= $3 ORDER BY technician_id, region
-- name: staff_shifts
SELECT technician_id, weekday, from_min, to_min FROM technician_shift
WHERE tenant = $1 AND technician_id > $2 AND technician_id <= $3 ORDER BY technician_id, weekday, from_min
-- name: staff_absences
SELECT technician_id, from_at, to_at, reason FROM technician_absence
WHERE tenant = $1 AND technician_id > $2 AND technician_id <= $3 AND to_at > $4 ORDER BY technician_id, from_at
-- name: staff_held
SELECT v.tenant, v.case_id, v.visit_id, v.request_id, v.number, v.state, v.technician_id, v.pinned, v.circle, v.planned_from, v.planned_to, v.door_code_enc,
  v.door_failures, v.en_route_at, v.arrived_at, v.arrived_how, v.finished_at, v.signed_at, v.signature, v.signature_reason, v.signature_item, v.end_reason,
  v.created_at, v.updated_at, r.lng_e6, r.lat_e6, r.geo_precision, r.kind, r.product, r.urgency, r.region, r.region_path, c.number
FROM visit v
JOIN request r ON r.tenant = v.tenant AND r.case_id = v.case_id AND r.request_id = v.request_id
JOIN case_file c ON c.tenant = v.tenant AND c.case_id = v.case_id
WHERE v.tenant = $1 AND v.technician_id > $2 AND v.technician_id <= $3 AND v.state IN ('accepted', 'en_route', 'arrived', 'working', 'waiting_approval')
ORDER BY v.technician_id, v.planned_from, v.visit_id
-- name: day_staff
SELECT x.tenant, x.technician_id, x.code, x.name, x.phone_enc, x.partner, x.vehicle, x.lng_e6, x.lat_e6, x.photo_item, x.state, x.certificates, x.created_at,
  x.visits_done, x.stars_sum, x.stars_n
FROM technician x
WHERE x.tenant = $1 AND x.code > $2 AND x.state <> 'left' AND ($3 = '' OR EXISTS (SELECT 1 FROM technician_region g
  WHERE g.tenant = x.tenant AND g.technician_id = x.technician_id AND (g.region >= $3 AND g.region < $4 OR $3 LIKE g.region || '%')))
ORDER BY x.code LIMIT $5
-- name: day_skills
SELECT s.technician_id, s.kind, s.product, s.level FROM technician x
JOIN technician_skill s ON s.tenant = x.tenant AND s.technician_id = x.technician_id
WHERE x.tenant = $1 AND x.code > $2 AND x.code <= $3 ORDER BY s.technician_id, s.kind, s.product
-- name: day_regions
SELECT g.technician_id, g.region FROM technician x
JOIN technician_region g ON g.tenant = x.tenant AND g.technician_id = x.technician_id
WHERE x.tenant = $1 AND x.code > $2 AND x.code <= $3 ORDER BY g.technician_id, g.region
-- name: day_shifts
SELECT s.technician_id, s.weekday, s.from_min, s.to_min FROM technician x
JOIN technician_shift s ON s.tenant = x.tenant AND s.technician_id = x.technician_id
WHERE x.tenant = $1 AND x.code > $2 AND x.code <= $3 ORDER BY s.technician_id, s.weekday, s.from_min
-- name: day_absences
SELECT a.technician_id, a.from_at, a.to_at, a.reason FROM technician x
JOIN technician_absence a ON a.tenant = x.tenant AND a.technician_id = x.technician_id
WHERE x.tenant = $1 AND x.code > $2 AND x.code <= $3 AND a.to_at > $4 ORDER BY a.technician_id, a.from_at
-- name: day_visits
SELECT v.tenant, v.case_id, v.visit_id, v.request_id, v.number, v.state, v.technician_id, v.pinned, v.circle, v.planned_from, v.planned_to, v.door_code_enc,
  v.door_failures, v.en_route_at, v.arrived_at, v.arrived_how, v.finished_at, v.signed_at, v.signature, v.signature_reason, v.signature_item, v.end_reason,
  v.created_at, v.updated_at, r.lng_e6, r.lat_e6, r.geo_precision, r.kind, r.product, r.urgency, r.region, r.region_path, c.number
FROM technician x
JOIN visit v ON v.tenant = x.tenant AND v.technician_id = x.technician_id
JOIN request r ON r.tenant = v.tenant AND r.case_id = v.case_id AND r.request_id = v.request_id
JOIN case_file c ON c.tenant = v.tenant AND c.case_id = v.case_id
WHERE x.tenant = $1 AND x.code > $2 AND x.code <= $3
  AND (v.planned_from < $5 AND v.planned_to > $4 OR v.state IN ('accepted', 'en_route', 'arrived', 'working', 'waiting_approval'))
ORDER BY v.technician_id, v.planned_from, v.visit_id
-- name: serving
SELECT COUNT(*) FROM technician_region g
JOIN technician x ON x.tenant = g.tenant AND x.technician_id = g.technician_id
JOIN technician_skill s ON s.tenant = g.tenant AND s.technician_id = g.technician_id
WHERE g.tenant = $1 AND g.region = $2 AND x.state = 'active' AND s.kind = $3 AND s.product = $4 AND s.level >= $5
-- name: add_record
UPDATE technician SET visits_done = visits_done + $3, stars_sum = stars_sum + $4, stars_n = stars_n + $5 WHERE tenant = $1 AND technician_id = $2
