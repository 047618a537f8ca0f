-- Checks of claim media: rounds, signals, and the index of what was seen before.
-- +goose Up
CREATE TABLE check_round (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  round BIGINT NOT NULL,
  target TEXT NOT NULL,           -- JSON: items, owners, when the claim was filed
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  outcome TEXT NOT NULL,          -- '', finished, unfinished
  PRIMARY KEY (tenant, case_id, claim_id, round)
);
CREATE TABLE check_signal (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  claim_id {{bytes}} NOT NULL,
  round BIGINT NOT NULL,
  seq BIGINT NOT NULL,            -- order of the list
  signal_id {{bytes}} NOT NULL,
  check_id TEXT NOT NULL,
  version TEXT NOT NULL,
  applicability TEXT NOT NULL,
  strength TEXT NOT NULL,
  grp TEXT NOT NULL,
  record TEXT NOT NULL,           -- JSON: inputs, fact, honest, limits, artefacts, related; no personal data
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, claim_id, round, seq)
);
-- References and media of claims, by what they look like. print is the 256-bit perceptual hash, NULL until it is worked out.
CREATE TABLE media_index (
  tenant BIGINT NOT NULL,
  item_id {{bytes}} NOT NULL,
  case_id {{bytes}} NOT NULL,
  owner_id {{bytes}} NOT NULL,    -- order, listing or claim
  subject_id {{bytes}},           -- of a claim's buyer
  role TEXT NOT NULL,             -- reference, claim
  media_type TEXT NOT NULL,
  sha256 {{bytes}} NOT NULL,
  sealed_at BIGINT NOT NULL,
  leaf BIGINT NOT NULL,
  state TEXT NOT NULL,            -- waiting, ok, poor (too plain to compare), cannot
  print {{bytes}},
  quality BIGINT NOT NULL,
  printed_at BIGINT,
  PRIMARY KEY (tenant, item_id)
);
CREATE INDEX media_index_sha ON media_index (tenant, sha256);
CREATE INDEX media_index_printed ON media_index (tenant, printed_at, item_id);
