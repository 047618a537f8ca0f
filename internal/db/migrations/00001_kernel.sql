-- The kernel: cases and their timeline, the log, keys, timers and outbox, idempotency, accounts.
-- One text for both engines; {{bytes}} is BLOB on SQLite and BYTEA on PostgreSQL. Times are microseconds UTC, money is fen, bool is 0/1.
-- +goose Up
CREATE TABLE tenant (
  tenant BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE case_file (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  number TEXT NOT NULL,
  subject_id {{bytes}} NOT NULL,
  lang TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  last_seq BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id),
  UNIQUE (tenant, number)
);
CREATE INDEX case_file_created ON case_file (tenant, created_at);

CREATE TABLE case_event (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  role TEXT NOT NULL,
  actor_id {{bytes}},
  request_id {{bytes}},
  visit_id {{bytes}},
  audience SMALLINT NOT NULL,
  data TEXT NOT NULL,
  leaf BIGINT NOT NULL, -- index in the tenant's log
  PRIMARY KEY (tenant, case_id, seq),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, case_id)
);
CREATE INDEX case_event_leaf ON case_event (tenant, leaf);

-- Merkle log (seal/): leaves and the stored hashes of golang.org/x/mod/sumdb/tlog. Rows are only ever added.
CREATE TABLE log_head (
  tenant BIGINT PRIMARY KEY,
  size BIGINT NOT NULL
);
CREATE TABLE log_leaf (
  tenant BIGINT NOT NULL,
  idx BIGINT NOT NULL,
  case_id {{bytes}},
  leaf {{bytes}} NOT NULL, -- canonical leaf text of seal.Leaf
  PRIMARY KEY (tenant, idx)
);
CREATE TABLE log_hash (
  tenant BIGINT NOT NULL,
  idx BIGINT NOT NULL,
  hash {{bytes}} NOT NULL,
  PRIMARY KEY (tenant, idx)
);
CREATE TABLE log_checkpoint (
  tenant BIGINT NOT NULL,
  size BIGINT NOT NULL,
  at BIGINT NOT NULL,
  note TEXT NOT NULL, -- signed note
  stamp {{bytes}},    -- RFC 3161 response, when an authority is configured
  PRIMARY KEY (tenant, size)
);

-- One key per subject (customer of one case, technician, staff member), wrapped by the master key. Erasure sets wrapped to NULL.
CREATE TABLE subject_key (
  tenant BIGINT NOT NULL,
  subject_id {{bytes}} NOT NULL,
  wrapped {{bytes}},
  created_at BIGINT NOT NULL,
  destroyed_at BIGINT,
  PRIMARY KEY (tenant, subject_id)
);
-- A customer of one case. Name and phone are ciphertext under the subject's key; *_index are keyed hashes for exact search.
CREATE TABLE subject (
  tenant BIGINT NOT NULL,
  subject_id {{bytes}} NOT NULL,
  case_id {{bytes}} NOT NULL,
  name_enc {{bytes}},
  phone_enc {{bytes}},
  name_index {{bytes}},
  phone_index {{bytes}},
  phone_tail_index {{bytes}},
  created_at BIGINT NOT NULL,
  erased_at BIGINT,
  PRIMARY KEY (tenant, subject_id)
);
CREATE INDEX subject_phone ON subject (tenant, phone_index);
CREATE INDEX subject_tail ON subject (tenant, phone_tail_index);
CREATE INDEX subject_name ON subject (tenant, name_index);

-- Who looked at what. Shown to the data subject.
CREATE TABLE access_log (
  tenant BIGINT NOT NULL,
  access_id {{bytes}} NOT NULL,
  at BIGINT NOT NULL,
  role TEXT NOT NULL,
  actor_id {{bytes}},
  action TEXT NOT NULL,   -- "reveal", "open", "export", "denied", ...
  case_id {{bytes}},
  subject_id {{bytes}},
  field TEXT NOT NULL,
  reason TEXT NOT NULL,
  policy TEXT NOT NULL,   -- id of the cedar policy that decided
  PRIMARY KEY (tenant, access_id)
);
CREATE INDEX access_log_case ON access_log (tenant, case_id, at);

-- Private links of customers: 128-bit tokens kept as SHA-256. Keyed by the hash because the token alone must find the tenant.
CREATE TABLE case_link (
  token_hash {{bytes}} PRIMARY KEY,
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  generation BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  UNIQUE (tenant, case_id, generation)
);

-- Answers of acts that were already done: a retried POST gets the same answer. The answer holds ids only.
CREATE TABLE idempotency (
  tenant BIGINT NOT NULL,
  scope TEXT NOT NULL,      -- "report", "api:<key id>:<operation>", ...
  key_hash {{bytes}} NOT NULL,
  request_hash {{bytes}} NOT NULL,
  answer TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, scope, key_hash)
);
CREATE INDEX idempotency_age ON idempotency (tenant, created_at);

-- Durable timers, outbox and jobs (internal/clock). lane: timer = effect inside the transaction; outbox, job = effect outside, at least once.
CREATE TABLE timer (
  tenant BIGINT NOT NULL,
  timer_id {{bytes}} NOT NULL,
  lane TEXT NOT NULL,
  kind TEXT NOT NULL,
  case_id {{bytes}},
  dedupe TEXT,               -- at most one live timer per key; cleared when done
  due_at BIGINT NOT NULL,
  state SMALLINT NOT NULL,   -- 0 waiting, 1 leased, 2 done, 3 dead, 4 cancelled, 5 paused
  fence BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  payload TEXT NOT NULL,
  last_error TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT,
  PRIMARY KEY (tenant, timer_id),
  UNIQUE (tenant, dedupe)
);
CREATE INDEX timer_due ON timer (state, lane, due_at);
CREATE INDEX timer_case ON timer (tenant, case_id);

-- Clocks of a case: how long until something must have happened. Deadlines are derived from these rows; due_at is a cache for sorting.
CREATE TABLE case_clock (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  clock_id {{bytes}} NOT NULL,
  request_id {{bytes}},
  kind TEXT NOT NULL,        -- accept, assign, arrive, ...
  unit TEXT NOT NULL,        -- calendar, working_hours, working_days
  length BIGINT NOT NULL,    -- microseconds, or days for working_days
  calendar TEXT NOT NULL,
  calendar_version TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  stopped_at BIGINT,
  breached_at BIGINT,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, clock_id)
);
CREATE INDEX case_clock_due ON case_clock (tenant, stopped_at, due_at);
CREATE TABLE case_clock_change (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  clock_id {{bytes}} NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,        -- pause, resume, extend
  reason TEXT NOT NULL,
  amount BIGINT NOT NULL,    -- of an extension, in the clock's unit
  role TEXT NOT NULL,
  actor_id {{bytes}},
  PRIMARY KEY (tenant, case_id, clock_id, seq)
);

CREATE TABLE account (
  tenant BIGINT NOT NULL,
  account_id {{bytes}} NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,            -- space separated
  technician_id {{bytes}},
  merchant_id {{bytes}},
  password TEXT NOT NULL,         -- argon2id, PHC form; empty until set
  totp_enc {{bytes}},
  totp_last BIGINT NOT NULL,      -- last used time step, against replay
  state TEXT NOT NULL,            -- invited, active, disabled
  failures BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT,
  PRIMARY KEY (tenant, account_id),
  UNIQUE (tenant, login)
);
CREATE TABLE one_time_link (
  token_hash {{bytes}} PRIMARY KEY,
  tenant BIGINT NOT NULL,
  account_id {{bytes}} NOT NULL,
  purpose TEXT NOT NULL,          -- first_admin, invite, reset
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE TABLE session (
  token_hash {{bytes}} PRIMARY KEY,
  data {{bytes}} NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_expires ON session (expires_at);
CREATE TABLE api_key (
  key_hash {{bytes}} PRIMARY KEY,
  tenant BIGINT NOT NULL,
  key_id {{bytes}} NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  scopes TEXT NOT NULL,           -- space separated
  merchant_id {{bytes}},
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  revoked_at BIGINT,
  UNIQUE (tenant, key_id)
);
-- Counters of failed log-ins per address, kept so that a restart does not reset a lock-out. Keyed by a keyed hash, never the address.
CREATE TABLE attempt (
  bucket {{bytes}} PRIMARY KEY,
  failures BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE webhook_endpoint (
  tenant BIGINT NOT NULL,
  endpoint_id {{bytes}} NOT NULL,
  url TEXT NOT NULL,
  secret_enc {{bytes}} NOT NULL,
  kinds TEXT NOT NULL,            -- space separated event kinds, or *
  state TEXT NOT NULL,            -- active, paused, failing
  created_at BIGINT NOT NULL,
  last_ok_at BIGINT,
  last_error TEXT NOT NULL,
  PRIMARY KEY (tenant, endpoint_id)
);
-- What SMS or e-mail said (development mailbox) or was handed to a channel.
CREATE TABLE message (
  tenant BIGINT NOT NULL,
  message_id {{bytes}} NOT NULL,
  case_id {{bytes}} NOT NULL,
  subject_id {{bytes}} NOT NULL,
  channel TEXT NOT NULL,          -- mailbox, webhook
  template TEXT NOT NULL,
  lang TEXT NOT NULL,
  to_enc {{bytes}},
  body_enc {{bytes}},
  created_at BIGINT NOT NULL,
  delivered_at BIGINT,
  PRIMARY KEY (tenant, message_id)
);
CREATE INDEX message_case ON message (tenant, case_id, created_at);
