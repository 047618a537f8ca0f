-- Sessions by account, keys of technicians, recovery codes, codes that find a lost link, states of webhook endpoints.
-- +goose Up
ALTER TABLE session ADD COLUMN tenant BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN account_id {{bytes}};
ALTER TABLE session ADD COLUMN label TEXT NOT NULL DEFAULT '';    -- browser and system in words
ALTER TABLE session ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0; -- coarse
ALTER TABLE session ADD COLUMN idle BIGINT NOT NULL DEFAULT 0;    -- microseconds without use that end it
CREATE INDEX session_account ON session (tenant, account_id);

ALTER TABLE api_key ADD COLUMN technician_id {{bytes}};

ALTER TABLE account ADD COLUMN totp_state SMALLINT NOT NULL DEFAULT 0; -- 0 none, 1 being set up, 2 in use
ALTER TABLE account ADD COLUMN password_at BIGINT;

CREATE TABLE recovery_code (
  tenant BIGINT NOT NULL,
  account_id {{bytes}} NOT NULL,
  code_hash {{bytes}} NOT NULL,  -- keyed
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (tenant, account_id, code_hash)
);
-- A code sent to a phone so that its owner finds the links of their cases. Unknown phones get a row too and no message.
CREATE TABLE phone_code (
  tenant BIGINT NOT NULL,
  challenge_id {{bytes}} NOT NULL,
  phone_index {{bytes}} NOT NULL,
  code_hash {{bytes}} NOT NULL,  -- keyed
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (tenant, challenge_id)
);
CREATE INDEX phone_code_expires ON phone_code (expires_at);
CREATE INDEX one_time_link_account ON one_time_link (tenant, account_id);
CREATE INDEX one_time_link_expires ON one_time_link (expires_at);
CREATE INDEX attempt_at ON attempt (at);
CREATE INDEX access_log_at ON access_log (tenant, at);

ALTER TABLE webhook_endpoint ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoint ADD COLUMN failures BIGINT NOT NULL DEFAULT 0; -- in a row
ALTER TABLE webhook_endpoint ADD COLUMN changed_at BIGINT;
ALTER TABLE message ADD COLUMN dedupe TEXT;
CREATE UNIQUE INDEX message_dedupe ON message (tenant, dedupe);
CREATE INDEX message_created ON message (tenant, created_at);
