-- The evidence vault: items are sealed at first byte and never changed; derived copies point to their source.
-- +goose Up
CREATE TABLE evidence_item (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,     -- may be a draft's id: the case row appears when the report is made
  item_id {{bytes}} NOT NULL,
  subject_id {{bytes}} NOT NULL,  -- whose key encrypts the blob
  kind TEXT NOT NULL,             -- report_photo, before_photo, after_photo, signature, display, thumbnail, ...
  source_id {{bytes}},            -- of a derived item
  media_type TEXT NOT NULL,       -- sniffed
  size BIGINT NOT NULL,
  sha256 {{bytes}} NOT NULL,      -- of the bytes received
  sm3 {{bytes}} NOT NULL,
  stored {{bytes}} NOT NULL,      -- SHA-256 of the encrypted bytes = blob name
  stored_size BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  device_at BIGINT,               -- what the device said the time was
  role TEXT NOT NULL,
  actor_id {{bytes}},
  route TEXT NOT NULL,
  received_for {{bytes}},         -- the visit it was received for, fixed; request_id to note change and are what the custody log adds up to
  request_id {{bytes}},
  visit_id {{bytes}},
  attached_at BIGINT,             -- NULL while staged; staged items are swept after 24 h
  note TEXT NOT NULL,             -- facts about decoding: "ok", "cannot_inspect", ...
  leaf BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, item_id)
);
CREATE INDEX evidence_item_sha ON evidence_item (tenant, sha256);
CREATE INDEX evidence_item_stored ON evidence_item (tenant, stored);
CREATE INDEX evidence_item_staged ON evidence_item (tenant, attached_at, received_at);
CREATE INDEX evidence_item_leaf ON evidence_item (tenant, leaf);
CREATE TABLE evidence_custody (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  item_id {{bytes}} NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  role TEXT NOT NULL,
  actor_id {{bytes}},
  act TEXT NOT NULL,              -- received, attached, viewed, exported, derived, removed
  detail TEXT NOT NULL,
  PRIMARY KEY (tenant, case_id, item_id, seq)
);
-- The leaves of one case, for exporting their proofs.
CREATE INDEX log_leaf_case ON log_leaf (tenant, case_id, idx);
