/** A small shop whose totals are easy to add up in one's head. */
export const reportRows = String.raw`
  INSERT INTO companies (name) VALUES ('Acme'), ('Bare');
  INSERT INTO users (email, name, is_active, birth_date, company_id) VALUES
    ('ada@x.example', 'Ada', true, '1815-12-10', 1), ('bob@x.example', 'Bob', false, NULL, 1),
    ('cid@x.example', 'Cid', true, '1990-01-01', NULL), ('dan@x.example', 'Dan', true, NULL, 2);
  INSERT INTO posts (author_id, editor_id, title, slug, published_at) VALUES
    (1, 2, 'A1', 'a1', '2024-01-01 00:00:00+00'), (1, 2, 'A2', 'a2', '2024-03-01 00:00:00+00'),
    (1, NULL, 'A3', 'a3', NULL), (2, NULL, 'B1', 'b1', NULL), (3, 1, 'C1', 'c1', '2024-02-01 00:00:00+00');
  INSERT INTO addresses (user_id, recipient, street, postal_code, city) VALUES (1, 'Ada', '1 St', 'N1', 'London');
  INSERT INTO products (supplier_id, sku, name, status, price, weight, stock) VALUES
    (1, 'p1', 'One', 'active', 10.00, 0.5, 2147483647), (1, 'p2', 'Two', 'active', 2.50, 1.5, 2147483647),
    (2, 'p3', 'Three', 'draft', 4.00, NULL, 1);
  INSERT INTO categories (name, slug) VALUES ('All', 'all'), ('Few', 'few'), ('None', 'none');
  INSERT INTO product_categories (product_id, category_id) VALUES (1, 1), (2, 1), (3, 1), (1, 2);
  INSERT INTO orders (user_id, status, billing_address_id, shipping_address_id, note) VALUES
    (1, 'paid', 1, 1, 'x'), (1, 'paid', 1, 1, NULL), (2, 'pending', 1, 1, 'y'), (2, 'shipped', 1, 1, NULL);
  INSERT INTO order_items (order_id, line_number, product_id, quantity, unit_price) VALUES
    (1, 1, 1, 2, 10.00), (1, 2, 2, 1, 2.50), (2, 1, 1, 1, 10.00), (3, 1, 3, 5, 4.00);
  INSERT INTO payments (order_id, method, amount) VALUES (1, 'card', 22.50), (2, 'card', 4.00), (2, 'paypal', 6.00);
`
