-- What was drawn from items goes with their bytes. Until now it stayed when an item was removed.
-- +goose Up
DELETE FROM media_index WHERE EXISTS (SELECT 1 FROM evidence_item e
  WHERE e.tenant = media_index.tenant AND e.case_id = media_index.case_id AND e.item_id = media_index.item_id AND e.note = 'removed');
DELETE FROM media_sketch WHERE NOT EXISTS (SELECT 1 FROM media_index m WHERE m.tenant = media_sketch.tenant AND m.item_id = media_sketch.item_id);
DELETE FROM media_film WHERE NOT EXISTS (SELECT 1 FROM media_index m WHERE m.tenant = media_film.tenant AND m.item_id = media_film.item_id);
DELETE FROM media_frame WHERE NOT EXISTS (SELECT 1 FROM media_index m WHERE m.tenant = media_frame.tenant AND m.item_id = media_frame.item_id);
