-- Merchants, listings, orders, references sealed for them, marks of claims, imports.
-- +goose Up
CREATE TABLE merchant (
  tenant BIGINT NOT NULL,
  merchant_id {{bytes}} NOT NULL,
  name TEXT NOT NULL,
  tier TEXT NOT NULL,             -- new, standard, trusted, watched
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, merchant_id)
);
-- A product page: a case of its own without a person.
CREATE TABLE listing (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  listing_id {{bytes}} NOT NULL,
  merchant_id {{bytes}} NOT NULL,
  code TEXT NOT NULL,             -- the merchant's
  product TEXT NOT NULL,
  category TEXT NOT NULL,
  refs BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, listing_id),
  UNIQUE (tenant, listing_id),
  UNIQUE (tenant, merchant_id, code),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, case_id)
);
CREATE INDEX listing_newest ON listing (tenant, merchant_id, created_at, listing_id);
CREATE TABLE shop_order (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  order_id {{bytes}} NOT NULL,
  merchant_id {{bytes}} NOT NULL,
  number TEXT NOT NULL,           -- the merchant's
  subject_id {{bytes}} NOT NULL,
  listing_id {{bytes}},
  product TEXT NOT NULL,
  product_code TEXT NOT NULL,     -- code or model of the product, '' when not told
  category TEXT NOT NULL,
  province TEXT NOT NULL,         -- division code of two digits of where it went, '' when not told
  price_fen BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  paid_at BIGINT,
  shipped_at BIGINT,
  delivered_at BIGINT,
  refs BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, order_id),
  UNIQUE (tenant, order_id),
  UNIQUE (tenant, merchant_id, number),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, case_id)
);
CREATE INDEX shop_order_newest ON shop_order (tenant, merchant_id, created_at, order_id);
CREATE INDEX shop_order_number ON shop_order (tenant, number);
-- What the vault sealed for an order or a listing. The rows say what the item's record says.
CREATE TABLE order_reference (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  item_id {{bytes}} NOT NULL,
  owner_id {{bytes}} NOT NULL,    -- order or listing
  of_listing SMALLINT NOT NULL,
  kind TEXT NOT NULL,             -- catalogue_photo, packing_photo, packing_video
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 {{bytes}} NOT NULL,
  sealed_at BIGINT NOT NULL,
  leaf BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, item_id)
);
CREATE INDEX order_reference_owner ON order_reference (tenant, owner_id, sealed_at);
-- What happened in claims, for later rules about the same buyer. Found by the phone of the case's person, so erasing a person takes it out of every count.
CREATE TABLE buyer_mark (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  ref_id {{bytes}} NOT NULL,      -- the claim
  kind TEXT NOT NULL,             -- filed, refund_only, refund, rejected, forged, withdrawn
  at BIGINT NOT NULL,
  fen BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, ref_id, kind)
);
CREATE INDEX subject_case ON subject (tenant, case_id);
-- A file of orders: read and compared first (staged), brought in by a job after the merchant has looked. The lines are sealed under a key of the import's own, which
-- is destroyed when it is over.
CREATE TABLE order_import (
  tenant BIGINT NOT NULL,
  import_id {{bytes}} NOT NULL,
  merchant_id {{bytes}} NOT NULL,
  subject_id {{bytes}} NOT NULL,  -- whose key seals the lines
  state TEXT NOT NULL,            -- reading, staged, running, done, discarded
  lines BIGINT NOT NULL,          -- without the header
  fresh BIGINT NOT NULL,          -- of them: not known before
  same BIGINT NOT NULL,
  differ BIGINT NOT NULL,
  wrong BIGINT NOT NULL,
  parts BIGINT NOT NULL,
  part BIGINT NOT NULL,           -- parts brought in
  created BIGINT NOT NULL,        -- orders made
  failed BIGINT NOT NULL,         -- lines that could not be brought in
  account_id {{bytes}},
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  ended_at BIGINT,
  PRIMARY KEY (tenant, import_id)
);
CREATE INDEX order_import_newest ON order_import (tenant, merchant_id, created_at, import_id);
CREATE INDEX order_import_state ON order_import (tenant, state, created_at);
CREATE TABLE order_import_part (
  tenant BIGINT NOT NULL,
  import_id {{bytes}} NOT NULL,
  part BIGINT NOT NULL,
  lines_enc {{bytes}},            -- good lines, sealed; NULL when brought in
  notes TEXT NOT NULL,            -- JSON: what is wrong or differs, by line; codes and fields only
  PRIMARY KEY (tenant, import_id, part)
);
