-- name: insert_statement
INSERT INTO claim_statement (tenant, case_id, statement_id, claim_id, part, side, kind, code, remedy, amount_fen, declared, words_enc, shots, account_id, at, round, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)

-- name: statement_list
SELECT tenant, case_id, statement_id, claim_id, part, side, kind, code, remedy, amount_fen, declared, words_enc, shots, account_id, at, round, seq
FROM claim_statement WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY seq

-- name: insert_medium
INSERT INTO claim_media (tenant, case_id, item_id, claim_id, statement_id, side, kind, media, sha256, received_at, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: medium_list
SELECT tenant, case_id, item_id, claim_id, statement_id, side, kind, media, sha256, received_at, at
FROM claim_media WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY at, received_at, item_id

-- name: insert_window
INSERT INTO claim_window (tenant, case_id, window_id, claim_id, side, kind, opened_at, due_at, closed_at, how, round, seq, closed_seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: window_list
SELECT tenant, case_id, window_id, claim_id, side, kind, opened_at, due_at, closed_at, how, round, seq, closed_seq
FROM claim_window WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY seq

-- name: insert_notice
INSERT INTO claim_notice (tenant, case_id, notice_id, claim_id, side, kind, served_at, opened_at, answered_at, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: notice_list
SELECT tenant, case_id, notice_id, claim_id, side, kind, served_at, opened_at, answered_at, seq
FROM claim_notice WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY seq

-- name: insert_impression
INSERT INTO claim_impression (tenant, case_id, claim_id, account_id, round, part, leaning, words_enc, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant, case_id, claim_id, account_id, round) DO NOTHING

-- name: impression_list
SELECT tenant, case_id, claim_id, account_id, round, part, leaning, words_enc, at
FROM claim_impression WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY at, account_id

-- name: insert_decision
INSERT INTO claim_decision (tenant, case_id, decision_id, claim_id, part, account_id, kind, remedy, amount_fen, reasons, grounds, burden, beyond, destroy, words_enc, at, round, stands, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)

-- name: decision_list
SELECT tenant, case_id, decision_id, claim_id, part, account_id, kind, remedy, amount_fen, reasons, grounds, burden, beyond, destroy, words_enc, at, round, stands, seq
FROM claim_decision WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY seq

-- name: insert_letter
INSERT INTO claim_letter (tenant, case_id, letter_id, claim_id, decision_id, code, facts_enc, document_enc, digest, issued_at, round, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- name: letter_list
SELECT tenant, case_id, letter_id, claim_id, decision_id, code, facts_enc, document_enc, digest, issued_at, round, seq
FROM claim_letter WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY seq

-- name: insert_step
INSERT INTO claim_step (tenant, case_id, step_id, claim_id, kind, seq, state, amount_fen, request_id, ref, note_enc, tries, opened_at, due_at, done_at, round)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)

-- name: step_list
SELECT tenant, case_id, step_id, claim_id, kind, seq, state, amount_fen, request_id, ref, note_enc, tries, opened_at, due_at, done_at, round
FROM claim_step WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY round, seq

-- name: insert_stage
INSERT INTO claim_stage (tenant, case_id, claim_id, seq, state, entered_at, left_at, due_at, breached, extended)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: stage_list
SELECT tenant, case_id, claim_id, seq, state, entered_at, left_at, due_at, breached, extended
FROM claim_stage WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY seq

-- name: insert_lease
INSERT INTO claim_lease (tenant, case_id, lease_id, claim_id, account_id, part, taken_at, seen_at, ended_at, how, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: lease_list
SELECT tenant, case_id, lease_id, claim_id, account_id, part, taken_at, seen_at, ended_at, how, seq
FROM claim_lease WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY seq

-- name: close_window
UPDATE claim_window SET due_at = COALESCE($5, due_at), closed_at = $6, how = $7, closed_seq = $8
WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 AND side = $4 AND closed_at IS NULL

-- name: open_notices
UPDATE claim_notice SET opened_at = $5 WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 AND side = $4 AND opened_at IS NULL

-- name: answer_notices
UPDATE claim_notice SET opened_at = COALESCE(opened_at, $5), answered_at = $5 WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 AND side = $4 AND answered_at IS NULL

-- name: update_step
UPDATE claim_step SET state = $4, request_id = $5, ref = $6, note_enc = $7, tries = $8, opened_at = $9, due_at = $10, done_at = $11 WHERE tenant = $1 AND case_id = $2 AND step_id = $3

-- name: close_stage
UPDATE claim_stage SET left_at = $5, due_at = $6, breached = $7, extended = $8 WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 AND seq = $4

-- name: update_lease
UPDATE claim_lease SET seen_at = $4, ended_at = $5, how = $6 WHERE tenant = $1 AND case_id = $2 AND lease_id = $3

-- name: insert_excluded
INSERT INTO claim_excluded (tenant, case_id, claim_id, account_id, why, part, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant, case_id, claim_id, account_id) DO UPDATE SET why = CASE WHEN claim_excluded.why = 'conflict' THEN 'conflict' ELSE EXCLUDED.why END,
  part = CASE WHEN claim_excluded.part = EXCLUDED.part THEN claim_excluded.part ELSE 'several' END

-- name: past_excluded
UPDATE claim_excluded SET part = 'past' WHERE tenant = $1 AND case_id = $2 AND claim_id = $3

-- name: excluded
SELECT account_id, why, part FROM claim_excluded WHERE tenant = $1 AND case_id = $2 AND claim_id = $3 ORDER BY at, account_id

-- name: stats_stages
SELECT s.tenant, s.case_id, s.claim_id, s.seq, s.state, s.entered_at, s.left_at, s.due_at, s.breached, s.extended
FROM claim_stage s JOIN claim c ON c.tenant = s.tenant AND c.case_id = s.case_id AND c.claim_id = s.claim_id
WHERE s.tenant = $1 AND c.filed_at >= $2 AND c.filed_at < $3 ORDER BY s.case_id, s.claim_id, s.seq LIMIT 200000

-- name: decided_after
SELECT tenant, case_id, decision_id, claim_id, part, account_id, kind, remedy, amount_fen, reasons, grounds, burden, beyond, destroy, words_enc, at, round, stands, seq
FROM claim_decision WHERE stands = 1 AND (tenant > $1 OR tenant = $1 AND (case_id > $2 OR case_id = $2 AND decision_id > $3))
ORDER BY tenant, case_id, decision_id LIMIT $4

-- name: during_window
SELECT COUNT(*)
FROM claim_decision d
JOIN claim_window w ON w.tenant = d.tenant AND w.case_id = d.case_id AND w.claim_id = d.claim_id
WHERE d.stands = 1 AND d.kind NOT IN ('accepted', 'settled') AND w.seq < d.seq AND (w.closed_seq = 0 OR w.closed_seq > d.seq)
