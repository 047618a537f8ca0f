-- name: insert_merchant
INSERT INTO merchant (tenant, merchant_id, name, tier, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, merchant_id) DO NOTHING
-- name: update_merchant
UPDATE merchant SET name = $3, tier = $4 WHERE tenant = $1 AND merchant_id = $2
-- name: merchant
SELECT tenant, merchant_id, name, tier, created_at FROM merchant WHERE tenant = $1 AND merchant_id = $2
-- name: merchants
SELECT tenant, merchant_id, name, tier, created_at FROM merchant WHERE tenant = $1 ORDER BY name, merchant_id LIMIT $2

-- name: insert_listing
INSERT INTO listing (tenant, case_id, listing_id, merchant_id, code, product, category, refs, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)
ON CONFLICT (tenant, merchant_id, code) DO NOTHING
-- name: listing
SELECT tenant, case_id, listing_id, merchant_id, code, product, category, refs, created_at FROM listing WHERE tenant = $1 AND listing_id = $2
-- name: listing_by_code
SELECT tenant, case_id, listing_id, merchant_id, code, product, category, refs, created_at FROM listing WHERE tenant = $1 AND merchant_id = $2 AND code = $3
-- name: listings
SELECT tenant, case_id, listing_id, merchant_id, code, product, category, refs, created_at FROM listing
WHERE tenant = $1 AND merchant_id = $2 AND (created_at < $3 OR created_at = $3 AND listing_id < $4) ORDER BY created_at DESC, listing_id DESC LIMIT $5
-- name: listings_of_all
SELECT tenant, case_id, listing_id, merchant_id, code, product, category, refs, created_at FROM listing
WHERE tenant = $1 AND (created_at < $2 OR created_at = $2 AND listing_id < $3) ORDER BY created_at DESC, listing_id DESC LIMIT $4

-- name: insert_order
INSERT INTO shop_order (tenant, case_id, order_id, merchant_id, number, subject_id, listing_id, product, product_code, category, province, price_fen, quantity, paid_at, shipped_at, delivered_at, refs, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17)
ON CONFLICT (tenant, merchant_id, number) DO NOTHING
-- name: update_times
UPDATE shop_order SET paid_at = $3, shipped_at = $4, delivered_at = $5 WHERE tenant = $1 AND order_id = $2
-- name: order
SELECT tenant, case_id, order_id, merchant_id, number, subject_id, listing_id, product, product_code, category, province, price_fen, quantity, paid_at, shipped_at, delivered_at, refs, created_at
FROM shop_order WHERE tenant = $1 AND order_id = $2
-- name: order_of_case
SELECT tenant, case_id, order_id, merchant_id, number, subject_id, listing_id, product, product_code, category, province, price_fen, quantity, paid_at, shipped_at, delivered_at, refs, created_at
FROM shop_order WHERE tenant = $1 AND case_id = $2 ORDER BY created_at, order_id LIMIT 1
-- name: order_by_number
SELECT tenant, case_id, order_id, merchant_id, number, subject_id, listing_id, product, product_code, category, province, price_fen, quantity, paid_at, shipped_at, delivered_at, refs, created_at
FROM shop_order WHERE tenant = $1 AND merchant_id = $2 AND number = $3
-- name: orders_of_phone
SELECT o.tenant, o.case_id, o.order_id, o.merchant_id, o.number, o.subject_id, o.listing_id, o.product, o.product_code, o.category, o.province, o.price_fen, o.quantity, o.paid_at, o.shipped_at,
  o.delivered_at, o.refs, o.created_at
FROM shop_order o JOIN subject s ON s.tenant = o.tenant AND s.subject_id = o.subject_id
WHERE o.tenant = $1 AND o.number = $2 AND s.phone_index = $3 ORDER BY o.created_at DESC, o.order_id LIMIT $4
-- name: orders
SELECT tenant, case_id, order_id, merchant_id, number, subject_id, listing_id, product, product_code, category, province, price_fen, quantity, paid_at, shipped_at, delivered_at, refs, created_at
FROM shop_order WHERE tenant = $1 AND merchant_id = $2 AND (created_at < $3 OR created_at = $3 AND order_id < $4) ORDER BY created_at DESC, order_id DESC LIMIT $5
-- name: orders_of_all
SELECT tenant, case_id, order_id, merchant_id, number, subject_id, listing_id, product, product_code, category, province, price_fen, quantity, paid_at, shipped_at, delivered_at, refs, created_at
FROM shop_order WHERE tenant = $1 AND (created_at < $2 OR created_at = $2 AND order_id < $3) ORDER BY created_at DESC, order_id DESC LIMIT $4
-- name: orders_of_number
SELECT tenant, case_id, order_id, merchant_id, number, subject_id, listing_id, product, product_code, category, province, price_fen, quantity, paid_at, shipped_at, delivered_at, refs, created_at
FROM shop_order WHERE tenant = $1 AND number = $2 ORDER BY created_at DESC, order_id DESC LIMIT $3
-- name: merchant_of_case
SELECT merchant_id FROM shop_order WHERE tenant = $1 AND case_id = $2
UNION ALL SELECT merchant_id FROM listing WHERE tenant = $1 AND case_id = $2 LIMIT 1
-- name: count_orders
SELECT COUNT(*) FROM shop_order WHERE tenant = $1 AND merchant_id = $2
-- name: count_all_orders
SELECT COUNT(*) FROM shop_order WHERE tenant = $1

-- name: insert_reference
INSERT INTO order_reference (tenant, case_id, item_id, owner_id, of_listing, kind, media_type, size, sha256, sealed_at, leaf)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (tenant, case_id, item_id) DO NOTHING
-- name: count_order_reference
UPDATE shop_order SET refs = refs + 1 WHERE tenant = $1 AND order_id = $2
-- name: count_listing_reference
UPDATE listing SET refs = refs + 1 WHERE tenant = $1 AND listing_id = $2
-- name: references
SELECT tenant, case_id, item_id, owner_id, of_listing, kind, media_type, size, sha256, sealed_at, leaf FROM order_reference
WHERE tenant = $1 AND owner_id = $2 ORDER BY sealed_at, item_id

-- name: insert_mark
INSERT INTO buyer_mark (tenant, case_id, ref_id, kind, at, fen) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, case_id, ref_id, kind) DO NOTHING
-- name: bought
SELECT o.case_id, COALESCE(o.paid_at, o.created_at), o.price_fen, o.delivered_at,
  (SELECT COUNT(*) FROM buyer_mark m WHERE m.tenant = o.tenant AND m.case_id = o.case_id AND m.kind = 'filed'
    AND NOT EXISTS (SELECT 1 FROM buyer_mark w WHERE w.tenant = m.tenant AND w.case_id = m.case_id AND w.ref_id = m.ref_id AND w.kind = 'withdrawn'))
FROM subject me JOIN subject s ON s.tenant = me.tenant AND s.phone_index = me.phone_index
JOIN shop_order o ON o.tenant = s.tenant AND o.case_id = s.case_id
WHERE me.tenant = $1 AND me.subject_id = $2 AND COALESCE(o.paid_at, o.created_at) <= $3
ORDER BY COALESCE(o.paid_at, o.created_at) DESC, o.order_id LIMIT $4
-- name: marked
SELECT m.tenant, m.case_id, m.ref_id, m.kind, m.at, m.fen
FROM subject me JOIN subject s ON s.tenant = me.tenant AND s.phone_index = me.phone_index
JOIN buyer_mark m ON m.tenant = s.tenant AND m.case_id = s.case_id
WHERE me.tenant = $1 AND me.subject_id = $2 AND m.at < $3
ORDER BY m.at DESC, m.ref_id, m.kind LIMIT $4
-- name: has_phone
SELECT COUNT(*) FROM subject WHERE tenant = $1 AND subject_id = $2 AND phone_index IS NOT NULL
