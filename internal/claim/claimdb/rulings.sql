-- name: after
SELECT c.case_id, c.claim_id, f.number, c.ruling
FROM claim c JOIN case_file f ON f.tenant = c.tenant AND f.case_id = c.case_id
WHERE c.tenant = $1 AND (c.case_id > $2 OR c.case_id = $2 AND c.claim_id > $3)
ORDER BY c.case_id, c.claim_id LIMIT $4
