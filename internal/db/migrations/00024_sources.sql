-- What claim media are searched against, widened: pictures exchanged before a claim (reports, visits, answers, chats), the product that a reference is of, and frames of videos.
-- +goose Up
ALTER TABLE media_index ADD COLUMN product_id {{bytes}};
CREATE INDEX media_index_product ON media_index (tenant, product_id, sealed_at);
CREATE INDEX media_index_state ON media_index (tenant, state, item_id);
UPDATE media_index SET product_id = owner_id
WHERE role = 'reference' AND EXISTS (SELECT 1 FROM listing l WHERE l.tenant = media_index.tenant AND l.listing_id = media_index.owner_id);
UPDATE media_index SET product_id = (SELECT o.listing_id FROM shop_order o WHERE o.tenant = media_index.tenant AND o.case_id = media_index.case_id ORDER BY o.order_id LIMIT 1)
WHERE product_id IS NULL;
-- What was sent before this version entered the vault and not the index. Prints and sketches are made by the job check.fill.
INSERT INTO media_index (tenant, item_id, case_id, owner_id, subject_id, role, media_type, sha256, sealed_at, leaf, state, print, quality, printed_at, merchant_id, product_id)
SELECT e.tenant, e.item_id, e.case_id, e.request_id, e.subject_id,
  CASE WHEN e.kind = 'report_photo' THEN 'report' WHEN e.kind IN ('before_photo', 'after_photo') THEN 'visit' ELSE 'answer' END,
  e.media_type, e.sha256, e.received_at, e.leaf, CASE WHEN e.media_type LIKE 'image/%' THEN 'waiting' ELSE 'cannot' END, NULL, 0, NULL,
  (SELECT o.merchant_id FROM shop_order o WHERE o.tenant = e.tenant AND o.case_id = e.case_id ORDER BY o.order_id LIMIT 1),
  (SELECT o.listing_id FROM shop_order o WHERE o.tenant = e.tenant AND o.case_id = e.case_id ORDER BY o.order_id LIMIT 1)
FROM evidence_item e
WHERE e.kind IN ('report_photo', 'before_photo', 'after_photo', 'answer_photo', 'answer_video') AND e.attached_at IS NOT NULL AND e.request_id IS NOT NULL AND e.source_id IS NULL AND e.note <> 'removed'
  AND NOT EXISTS (SELECT 1 FROM media_index m WHERE m.tenant = e.tenant AND m.item_id = e.item_id);
-- The frames of a video, one per second: a print of 32 bytes and a quality of one byte each. version is that of the way they are made.
CREATE TABLE media_film (
  tenant BIGINT NOT NULL,
  item_id {{bytes}} NOT NULL,
  version BIGINT NOT NULL,
  state TEXT NOT NULL,            -- ok, cut (the beginning only), no_program, too_large, damaged, gone
  prints {{bytes}} NOT NULL,
  printed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, item_id)
);
CREATE INDEX media_film_printed ON media_film (tenant, printed_at, item_id);
-- Sketches of the frames that differ from one another, to choose by.
CREATE TABLE media_frame (
  tenant BIGINT NOT NULL,
  item_id {{bytes}} NOT NULL,
  second BIGINT NOT NULL,
  version BIGINT NOT NULL,
  sketch {{bytes}} NOT NULL,
  PRIMARY KEY (tenant, item_id, second)
);
