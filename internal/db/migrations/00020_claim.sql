-- The claims half: a refund claim from filing to decision and appeal. Words are sealed: the buyer's under the buyer's key, everybody else's under the claim's.
-- +goose Up
CREATE TABLE claim (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  merchant_id {{bytes}} NOT NULL,
  order_id {{bytes}} NOT NULL,
  state TEXT NOT NULL,
  facts TEXT NOT NULL,            -- JSON: what the table's conditions and guards look at
  lane TEXT NOT NULL,             -- normal, flagged
  reason TEXT NOT NULL,
  wish TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  paid_fen BIGINT NOT NULL,
  category TEXT NOT NULL,
  declared TEXT NOT NULL,         -- of the buyer's pictures: none, edited, ai
  subject_id {{bytes}} NOT NULL,  -- the buyer
  ruling TEXT NOT NULL,           -- JSON: packs, burden, trace
  into_id {{bytes}},              -- the claim it was merged into
  lease_account {{bytes}},
  lease_until BIGINT,
  queue TEXT NOT NULL,            -- review, second, appeal, ''
  next_due BIGINT NOT NULL,
  problem TEXT NOT NULL,          -- what the lead has to look at, ''
  contested SMALLINT NOT NULL,
  merchant_heard SMALLINT NOT NULL,
  agreed SMALLINT NOT NULL,
  appeal TEXT NOT NULL,           -- side that appealed, ''
  filed_at BIGINT NOT NULL,
  filed_leaf BIGINT NOT NULL,     -- of the event of filing; -1 in the transaction that files
  updated_at BIGINT NOT NULL,
  decided_at BIGINT,
  served_at BIGINT,               -- of the newest letter
  ended_at BIGINT,
  outcome TEXT NOT NULL,
  granted_fen BIGINT NOT NULL,
  first_outcome TEXT NOT NULL,
  overturned TEXT NOT NULL,       -- side whose appeal overturned it, ''
  finding_at BIGINT,              -- a confirmed finding of forgery was noted; never before final
  stage_seq BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, claim_id)
);
CREATE INDEX claim_queue ON claim (tenant, queue, next_due);
CREATE INDEX claim_merchant ON claim (tenant, merchant_id, updated_at, claim_id);
CREATE INDEX claim_merchant_due ON claim (tenant, merchant_id, state, next_due);
CREATE INDEX claim_filed ON claim (tenant, filed_at);
CREATE INDEX claim_leased ON claim (tenant, lease_account, lease_until);
CREATE INDEX claim_problem ON claim (tenant, problem, next_due);

CREATE TABLE claim_statement (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  statement_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  part TEXT NOT NULL,
  side TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  remedy TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  declared TEXT NOT NULL,
  words_enc {{bytes}},
  shots TEXT NOT NULL,            -- codes, separated by spaces
  account_id {{bytes}},
  at BIGINT NOT NULL,
  seq BIGINT NOT NULL,            -- order within the case: never by wall time
  round SMALLINT NOT NULL,
  PRIMARY KEY (tenant, case_id, statement_id),
  FOREIGN KEY (tenant, case_id, claim_id) REFERENCES claim (tenant, case_id, claim_id)
);
CREATE TABLE claim_media (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  item_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  statement_id {{bytes}} NOT NULL,
  side TEXT NOT NULL,
  kind TEXT NOT NULL,
  media TEXT NOT NULL,
  sha256 {{bytes}} NOT NULL,
  received_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, item_id),
  FOREIGN KEY (tenant, case_id, statement_id) REFERENCES claim_statement (tenant, case_id, statement_id)
);
CREATE TABLE claim_window (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  window_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  side TEXT NOT NULL,
  kind TEXT NOT NULL,             -- the state it belongs to, or response
  opened_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,         -- with extensions and pauses, when it was closed
  seq BIGINT NOT NULL,            -- order within the case: never by wall time
  closed_seq BIGINT NOT NULL,     -- 0: open
  closed_at BIGINT,
  how TEXT NOT NULL,              -- answered, lapsed, waived, withdrawn, ''
  round SMALLINT NOT NULL,
  PRIMARY KEY (tenant, case_id, window_id),
  FOREIGN KEY (tenant, case_id, claim_id) REFERENCES claim (tenant, case_id, claim_id)
);
-- One window of a side is open at a time, whatever the code does.
CREATE UNIQUE INDEX claim_window_one ON claim_window (tenant, case_id, claim_id, side) WHERE closed_at IS NULL;
CREATE TABLE claim_notice (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  notice_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  side TEXT NOT NULL,
  kind TEXT NOT NULL,
  served_at BIGINT NOT NULL,
  seq BIGINT NOT NULL,            -- order within the case: never by wall time
  opened_at BIGINT,
  answered_at BIGINT,
  PRIMARY KEY (tenant, case_id, notice_id),
  FOREIGN KEY (tenant, case_id, claim_id) REFERENCES claim (tenant, case_id, claim_id)
);
CREATE TABLE claim_impression (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  account_id {{bytes}} NOT NULL,
  round SMALLINT NOT NULL,
  part TEXT NOT NULL,
  leaning TEXT NOT NULL,
  words_enc {{bytes}},
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, claim_id, account_id, round),
  FOREIGN KEY (tenant, case_id, claim_id) REFERENCES claim (tenant, case_id, claim_id)
);
CREATE TABLE claim_decision (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  decision_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  part TEXT NOT NULL,
  account_id {{bytes}},
  kind TEXT NOT NULL,
  remedy TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  reasons TEXT NOT NULL,          -- codes, separated by spaces
  grounds TEXT NOT NULL,          -- JSON [{group, signal, item}]
  burden TEXT NOT NULL,
  beyond SMALLINT NOT NULL,
  destroy SMALLINT NOT NULL,
  words_enc {{bytes}},
  at BIGINT NOT NULL,
  seq BIGINT NOT NULL,            -- order within the case: never by wall time
  round SMALLINT NOT NULL,
  stands SMALLINT NOT NULL,       -- took the claim to decided
  PRIMARY KEY (tenant, case_id, decision_id),
  FOREIGN KEY (tenant, case_id, claim_id) REFERENCES claim (tenant, case_id, claim_id)
);
CREATE TABLE claim_letter (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  letter_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  decision_id {{bytes}} NOT NULL,
  code TEXT NOT NULL,
  facts_enc {{bytes}} NOT NULL,
  document_enc {{bytes}} NOT NULL,
  digest {{bytes}} NOT NULL,
  issued_at BIGINT NOT NULL,
  seq BIGINT NOT NULL,            -- order within the case: never by wall time
  round SMALLINT NOT NULL,
  PRIMARY KEY (tenant, case_id, letter_id),
  FOREIGN KEY (tenant, case_id, decision_id) REFERENCES claim_decision (tenant, case_id, decision_id)
);
CREATE TABLE claim_step (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  step_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  kind TEXT NOT NULL,             -- return, destroy, refund, replace, repair
  seq SMALLINT NOT NULL,
  state TEXT NOT NULL,            -- waiting, open, sent, failed, held, done, given_up
  amount_fen BIGINT NOT NULL,
  request_id {{bytes}},
  ref TEXT NOT NULL,
  note_enc {{bytes}},
  tries SMALLINT NOT NULL,
  opened_at BIGINT,
  due_at BIGINT,
  done_at BIGINT,
  round SMALLINT NOT NULL,
  PRIMARY KEY (tenant, case_id, step_id),
  FOREIGN KEY (tenant, case_id, claim_id) REFERENCES claim (tenant, case_id, claim_id)
);
CREATE TABLE claim_stage (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  seq BIGINT NOT NULL,
  state TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  left_at BIGINT,
  due_at BIGINT,
  breached SMALLINT NOT NULL,
  extended SMALLINT NOT NULL,
  PRIMARY KEY (tenant, case_id, claim_id, seq),
  FOREIGN KEY (tenant, case_id, claim_id) REFERENCES claim (tenant, case_id, claim_id)
);
CREATE TABLE claim_lease (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  lease_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  account_id {{bytes}} NOT NULL,
  part TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  seq BIGINT NOT NULL,            -- order within the case: never by wall time
  seen_at BIGINT NOT NULL,
  ended_at BIGINT,
  how TEXT NOT NULL,
  PRIMARY KEY (tenant, case_id, lease_id),
  FOREIGN KEY (tenant, case_id, claim_id) REFERENCES claim (tenant, case_id, claim_id)
);
CREATE TABLE claim_excluded (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  account_id {{bytes}} NOT NULL,
  why TEXT NOT NULL,              -- acted, conflict
  part TEXT NOT NULL,             -- in which part they acted; they may go on in that one
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, claim_id, account_id),
  FOREIGN KEY (tenant, case_id, claim_id) REFERENCES claim (tenant, case_id, claim_id)
);
