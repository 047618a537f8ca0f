-- Matching of claim media against references and earlier material: sketches to choose by, and the ways to find candidates.
-- +goose Up
ALTER TABLE media_index ADD COLUMN merchant_id {{bytes}};
CREATE INDEX media_index_owner ON media_index (tenant, owner_id, sealed_at);
CREATE INDEX media_index_subject ON media_index (tenant, subject_id, sealed_at);
CREATE INDEX media_index_merchant ON media_index (tenant, merchant_id, sealed_at);
UPDATE media_index SET merchant_id = (SELECT l.merchant_id FROM listing l WHERE l.tenant = media_index.tenant AND l.listing_id = media_index.owner_id) WHERE role = 'reference';
UPDATE media_index SET merchant_id = (SELECT o.merchant_id FROM shop_order o WHERE o.tenant = media_index.tenant AND o.order_id = media_index.owner_id)
WHERE role = 'reference' AND merchant_id IS NULL;
-- Signatures of the strongest keypoints of a picture, without their places: neither the picture nor a way to draw it.
CREATE TABLE media_sketch (
  tenant BIGINT NOT NULL,
  item_id {{bytes}} NOT NULL,
  version BIGINT NOT NULL,
  sketch {{bytes}} NOT NULL,
  PRIMARY KEY (tenant, item_id)
);
