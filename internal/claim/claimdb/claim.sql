-- name: insert
INSERT INTO claim (tenant, case_id, claim_id, merchant_id, order_id, state, facts, lane, reason, wish, amount_fen, paid_fen, category, declared, subject_id, ruling, into_id, lease_account, lease_until, queue, next_due, problem, contested, merchant_heard, agreed, appeal, filed_at, filed_leaf, updated_at, decided_at, served_at, ended_at, outcome, granted_fen, first_outcome, overturned, finding_at, stage_seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38)

-- name: update
UPDATE claim SET state = $4, facts = $5, lane = $6, ruling = $7, into_id = $8, lease_account = $9, lease_until = $10, queue = $11, next_due = $12, problem = $13, contested = $14, merchant_heard = $15, agreed = $16, appeal = $17, updated_at = $18, decided_at = $19, served_at = $20, ended_at = $21, outcome = $22, granted_fen = $23, first_outcome = $24, overturned = $25, finding_at = $26, stage_seq = $27
WHERE tenant = $1 AND case_id = $2 AND claim_id = $3

-- name: of_case
SELECT tenant, case_id, claim_id, merchant_id, order_id, state, facts, lane, reason, wish, amount_fen, paid_fen, category, declared, subject_id, ruling, into_id, lease_account, lease_until, queue, next_due, problem, contested, merchant_heard, agreed, appeal, filed_at, filed_leaf, updated_at, decided_at, served_at, ended_at, outcome, granted_fen, first_outcome, overturned, finding_at, stage_seq
FROM claim WHERE tenant = $1 AND case_id = $2 ORDER BY CASE WHEN filed_leaf < 0 THEN 9223372036854775807 ELSE filed_leaf END, claim_id

-- name: by_id
SELECT tenant, case_id, claim_id, merchant_id, order_id, state, facts, lane, reason, wish, amount_fen, paid_fen, category, declared, subject_id, ruling, into_id, lease_account, lease_until, queue, next_due, problem, contested, merchant_heard, agreed, appeal, filed_at, filed_leaf, updated_at, decided_at, served_at, ended_at, outcome, granted_fen, first_outcome, overturned, finding_at, stage_seq
FROM claim WHERE tenant = $1 AND case_id = $2 AND claim_id = $3

-- name: set_filed_leaf
UPDATE claim SET filed_leaf = $4 WHERE tenant = $1 AND case_id = $2 AND claim_id = $3

-- name: waiting
SELECT c.tenant, c.case_id, c.claim_id, c.merchant_id, c.order_id, c.state, c.facts, c.lane, c.reason, c.wish, c.amount_fen, c.paid_fen, c.category, c.declared, c.subject_id, c.ruling, c.into_id, c.lease_account, c.lease_until, c.queue, c.next_due, c.problem, c.contested, c.merchant_heard, c.agreed, c.appeal, c.filed_at, c.filed_leaf, c.updated_at, c.decided_at, c.served_at, c.ended_at, c.outcome, c.granted_fen, c.first_outcome, c.overturned, c.finding_at, c.stage_seq
FROM claim c
WHERE c.tenant = $1 AND c.queue IN ('review', 'second', 'appeal') AND (c.lease_account IS NULL OR c.lease_until <= $3)
  AND NOT EXISTS (SELECT 1 FROM claim_excluded x WHERE x.tenant = c.tenant AND x.case_id = c.case_id AND x.claim_id = c.claim_id AND x.account_id = $2
    AND NOT (x.why = 'acted' AND (c.queue = 'review' AND x.part = 'reviewer' OR c.queue = 'second' AND x.part = 'second' OR c.queue = 'appeal' AND x.part = 'appealer')))
ORDER BY c.next_due, c.claim_id LIMIT $4

-- name: held
SELECT tenant, case_id, claim_id, merchant_id, order_id, state, facts, lane, reason, wish, amount_fen, paid_fen, category, declared, subject_id, ruling, into_id, lease_account, lease_until, queue, next_due, problem, contested, merchant_heard, agreed, appeal, filed_at, filed_leaf, updated_at, decided_at, served_at, ended_at, outcome, granted_fen, first_outcome, overturned, finding_at, stage_seq
FROM claim WHERE tenant = $1 AND lease_account = $2 AND lease_until > $3 AND queue IN ('review', 'second', 'appeal') ORDER BY next_due, claim_id LIMIT 20

-- name: queue_counts
SELECT queue, COUNT(*), SUM(CASE WHEN lease_until > $2 THEN 1 ELSE 0 END), SUM(CASE WHEN next_due < $2 THEN 1 ELSE 0 END), MIN(next_due)
FROM claim WHERE tenant = $1 AND queue IN ('review', 'second', 'appeal') GROUP BY queue ORDER BY queue

-- name: inbox_open
SELECT tenant, case_id, claim_id, merchant_id, order_id, state, facts, lane, reason, wish, amount_fen, paid_fen, category, declared, subject_id, ruling, into_id, lease_account, lease_until, queue, next_due, problem, contested, merchant_heard, agreed, appeal, filed_at, filed_leaf, updated_at, decided_at, served_at, ended_at, outcome, granted_fen, first_outcome, overturned, finding_at, stage_seq
FROM claim WHERE tenant = $1 AND merchant_id = $2 AND state IN ('merchant_answer', 'rebuttal', 'appeal', 'executing')
  AND (next_due > $3 OR next_due = $3 AND claim_id > $4) ORDER BY next_due, claim_id LIMIT $5

-- name: inbox_all
SELECT tenant, case_id, claim_id, merchant_id, order_id, state, facts, lane, reason, wish, amount_fen, paid_fen, category, declared, subject_id, ruling, into_id, lease_account, lease_until, queue, next_due, problem, contested, merchant_heard, agreed, appeal, filed_at, filed_leaf, updated_at, decided_at, served_at, ended_at, outcome, granted_fen, first_outcome, overturned, finding_at, stage_seq
FROM claim WHERE tenant = $1 AND merchant_id = $2 AND state NOT IN ('draft', 'discarded', 'filed', 'checking') AND (CAST($6 AS TEXT) = '' OR state = CAST($6 AS TEXT))
  AND (updated_at < $3 OR updated_at = $3 AND claim_id < $4) ORDER BY updated_at DESC, claim_id DESC LIMIT $5

-- name: problems
SELECT tenant, case_id, claim_id, merchant_id, order_id, state, facts, lane, reason, wish, amount_fen, paid_fen, category, declared, subject_id, ruling, into_id, lease_account, lease_until, queue, next_due, problem, contested, merchant_heard, agreed, appeal, filed_at, filed_leaf, updated_at, decided_at, served_at, ended_at, outcome, granted_fen, first_outcome, overturned, finding_at, stage_seq
FROM claim WHERE tenant = $1 AND problem <> '' ORDER BY next_due, claim_id LIMIT $2

-- name: stats
SELECT tenant, case_id, claim_id, merchant_id, order_id, state, facts, lane, reason, wish, amount_fen, paid_fen, category, declared, subject_id, ruling, into_id, lease_account, lease_until, queue, next_due, problem, contested, merchant_heard, agreed, appeal, filed_at, filed_leaf, updated_at, decided_at, served_at, ended_at, outcome, granted_fen, first_outcome, overturned, finding_at, stage_seq
FROM claim WHERE tenant = $1 AND filed_at >= $2 AND filed_at < $3 ORDER BY filed_at LIMIT 20000
