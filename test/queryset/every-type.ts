/**
 * Rows for every table of the shop: in each, a row with every column set, to values that are easy to get wrong, and
 * where columns may be NULL a row with all of those NULL.
 */
export const everyType = String.raw`
  INSERT INTO companies (name, country_code, website, opens_at, closes_at, created_at) VALUES
    ('Acme', 'GB', 'https://acme.example', '08:30', '17:45:00.000001', '2024-03-31 01:30:00.123+00'),
    ('Bare', 'D', NULL, NULL, NULL, '1969-12-31 23:59:59.999+00');
  INSERT INTO users (email, name, is_active, birth_date, tags, preferences, company_id, referred_by, created_at) VALUES
    ('ada@example.com', 'Ada', true, '1815-12-10', '{a,"b,c","",NULL,"NULL","{}"}',
     '{"theme": "dark", "n": [1, null, {"deep": true}]}', 1, NULL, '2024-10-27 00:30:00.5+00'),
    ('bob@example.com', 'Bob ''"\%_', false, NULL, '{}', 'null', NULL, 1, '0044-03-15 12:00:00+00 BC');
  INSERT INTO user_profiles VALUES
    (1, 'line' || chr(10) || 'line', '\x00ff5c2761'::bytea, '+44', true, '2024-02-29 23:59:59.999+00'),
    (2, NULL, NULL, NULL, false, NULL);
  INSERT INTO addresses (user_id, label, recipient, street, postal_code, city)
    VALUES (1, 'home', 'Ada', '1 St', 'N1', 'London');
  INSERT INTO categories (parent_id, name, slug, position) VALUES
    (NULL, 'Top', 'top', -32768), (1, 'Sub', 'sub', 32767);
  INSERT INTO products (supplier_id, sku, name, description, status, labels, price, cost, weight, dimensions,
                        attributes, stock, return_window, created_at) VALUES
    (1, 'full', 'Full', '100% wool', 'active', '{new,last-chance}', 12.50, 0.10, 0.1, '(1,2,)',
     '["x", 1.5, null]', -2147483648, '1 year 2 mons -3 days 04:05:06.789', '2024-06-01 12:00:00+00'),
    (1, 'bare', 'Bare', NULL, 'draft', '{}', 0, 0, NULL, NULL, '"text"', 2147483647, '-1 day',
     '2024-06-01 12:00:00.001+00'),
    (2, 'odd', 'Odd', '', 'discontinued', '{sale}', 9999999999.99, 1, 'NaN', '(,,)', '{}', 0, '0', '2024-06-02');
  INSERT INTO product_categories VALUES (1, 1, true), (1, 2, false);
  INSERT INTO coupons (code, discount, valid_during, contact, max_uses) VALUES
    ('FULL', 12.50, '[2024-01-01 00:00:00+00,2024-12-31 23:59:59.999+00)', 'ads@example.com', 5),
    ('OPEN', 100, '(,)', NULL, NULL), ('NEVER', 0, 'empty', NULL, NULL);
  INSERT INTO orders (user_id, status, billing_address_id, shipping_address_id, coupon_id, note, placed_at, shipped_at)
    VALUES (1, 'shipped', 1, 1, 1, 'ring twice', '2024-06-01 10:00:00+00', '2024-06-02 10:00:00+00'),
           (2, 'pending', 1, 1, NULL, NULL, '2024-06-03 10:00:00+00', NULL);
  INSERT INTO order_items (order_id, line_number, product_id, quantity, unit_price) VALUES
    (1, 1, 1, 3, 12.50), (1, 2, 2, 1, 0.00);
  INSERT INTO payments (id, order_id, method, amount, provider_response, client_address, paid_at) VALUES
    ('6f1a2b3c-0000-4000-8000-00000000abcd', 1, 'bank-transfer', 37.50, '{ "ok" : true }', '10.0.0.1/8',
     '2024-06-01 10:00:01+00'),
    ('00000000-0000-0000-0000-000000000000', 2, 'gift-card', -0.01, NULL, NULL, '2024-06-01 10:00:02+00');
  INSERT INTO reviews (id, product_id, user_id, order_id, line_number, rating, body, created_at) VALUES
    (9223372036854775807, 1, 1, 1, 1, 5, 'good', '2024-07-01 00:00:00+00'),
    (-9223372036854775808, 2, 1, NULL, NULL, 1, NULL, '2024-07-01 00:00:00+00');
  INSERT INTO posts (author_id, editor_id, title, slug, body, tags, scheduled_for, published_at, created_at) VALUES
    (1, 2, 'First', 'first', 'text', '{x}', '2024-03-31 02:30:00.123456', '2024-04-01 00:00:00+00',
     '2024-03-01 00:00:00+00'),
    (1, NULL, 'Draft', 'draft', '', '{}', NULL, NULL, '2024-03-01 00:00:00+00');
  REFRESH MATERIALIZED VIEW product_sales;
`
