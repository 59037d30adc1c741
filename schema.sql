-- A web shop: what `npm run codegen` turns into generated/, and what the demo and the tests run on.
-- PostgreSQL 14 and later, no extensions.

CREATE TYPE order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded');
COMMENT ON TYPE order_status IS 'Where an order stands, from the basket to the doorstep.';

CREATE TYPE product_status AS ENUM ('draft', 'active', 'discontinued');
COMMENT ON TYPE product_status IS 'Only active products can be bought.';

CREATE TYPE product_label AS ENUM ('new', 'sale', 'organic', 'handmade', 'last-chance');
COMMENT ON TYPE product_label IS 'A sticker on the product''s picture.';

CREATE TYPE payment_method AS ENUM ('card', 'bank-transfer', 'paypal', 'gift-card');

CREATE TYPE dimensions AS (width_mm integer, height_mm integer, depth_mm integer);
COMMENT ON TYPE dimensions IS 'The outer measures of a parcel, in millimetres.';

CREATE DOMAIN email_address AS text
  CONSTRAINT email_address_check CHECK (value ~ '^[^@\s]+@[^@\s]+$');
COMMENT ON DOMAIN email_address IS 'An e-mail address: something, an @ and something.';

CREATE DOMAIN percentage AS numeric(5, 2)
  CONSTRAINT percentage_check CHECK (value BETWEEN 0 AND 100);
COMMENT ON DOMAIN percentage IS 'From 0 to 100, with two decimals.';

-- People and companies

CREATE TABLE companies (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  country_code char(2) NOT NULL DEFAULT 'GB',
  website text,
  opens_at time,
  closes_at time,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((opens_at IS NULL) = (closes_at IS NULL))
);
COMMENT ON TABLE companies IS 'Companies: employers of customers and suppliers of products.';
COMMENT ON COLUMN companies.country_code IS 'ISO 3166-1 alpha-2.';

CREATE TABLE users (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email email_address NOT NULL UNIQUE,
  name text NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  birth_date date,
  tags text[] NOT NULL DEFAULT '{}',
  preferences jsonb NOT NULL DEFAULT '{}',
  company_id integer REFERENCES companies ON DELETE SET NULL,
  referred_by integer REFERENCES users ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (referred_by <> id)
);
CREATE INDEX ON users (company_id);
CREATE INDEX ON users (referred_by);
CREATE INDEX ON users (created_at);
COMMENT ON TABLE users IS 'Everyone with an account: customers, authors and staff.';
COMMENT ON COLUMN users.is_active IS 'False once the account is closed; the row stays for the books.';
COMMENT ON COLUMN users.preferences IS 'What the user set in the web front end.';
COMMENT ON COLUMN users.referred_by IS 'The user whose invitation was followed.';

CREATE TABLE user_profiles (
  user_id integer PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  bio text,
  avatar bytea,
  phone text,
  newsletter boolean NOT NULL DEFAULT false,
  last_seen_at timestamptz
);
COMMENT ON TABLE user_profiles IS 'What a user tells about themselves: at most one row per user.';
COMMENT ON COLUMN user_profiles.avatar IS 'A PNG of at most 256 kB.';

CREATE TABLE addresses (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
  label text NOT NULL DEFAULT 'home',
  recipient text NOT NULL,
  street text NOT NULL,
  postal_code text NOT NULL,
  city text NOT NULL,
  country_code char(2) NOT NULL DEFAULT 'GB',
  UNIQUE (user_id, label)
);
COMMENT ON TABLE addresses IS 'A user''s address book.';
COMMENT ON COLUMN addresses.label IS 'The user''s own word for it: home, office, mum.';

-- What the shop sells

CREATE TABLE categories (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  parent_id integer REFERENCES categories ON DELETE CASCADE,
  name text NOT NULL,
  slug text NOT NULL UNIQUE,
  position smallint NOT NULL DEFAULT 0,
  UNIQUE (parent_id, name)
);
COMMENT ON TABLE categories IS 'The tree of departments.';
COMMENT ON COLUMN categories.parent_id IS 'Null for a top department.';

CREATE TABLE products (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  supplier_id integer NOT NULL REFERENCES companies,
  sku text NOT NULL UNIQUE,
  name text NOT NULL,
  description text,
  status product_status NOT NULL DEFAULT 'draft',
  labels product_label[] NOT NULL DEFAULT '{}',
  price numeric(12, 2) NOT NULL CHECK (price >= 0),
  cost numeric(12, 2) NOT NULL DEFAULT 0 CHECK (cost >= 0),
  margin numeric(12, 2) GENERATED ALWAYS AS (price - cost) STORED,
  weight double precision CHECK (weight > 0),
  dimensions dimensions,
  attributes jsonb NOT NULL DEFAULT '{}',
  stock integer NOT NULL DEFAULT 0,
  return_window interval NOT NULL DEFAULT '30 days',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON products (supplier_id);
CREATE INDEX ON products (status);
CREATE INDEX ON products USING gin (attributes);
COMMENT ON TABLE products IS 'Everything that is, was or will be for sale.';
COMMENT ON COLUMN products.price IS 'In pounds, VAT included.';
COMMENT ON COLUMN products.weight IS 'In kilograms; null while nobody has weighed it.';
COMMENT ON COLUMN products.attributes IS 'What differs from kind to kind: colour, size, voltage.';
COMMENT ON COLUMN products.stock IS 'Pieces in the warehouse; negative when oversold.';

CREATE TABLE product_categories (
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  category_id integer NOT NULL REFERENCES categories ON DELETE CASCADE,
  is_primary boolean NOT NULL DEFAULT false,
  PRIMARY KEY (product_id, category_id)
);
CREATE INDEX ON product_categories (category_id);
CREATE UNIQUE INDEX ON product_categories (product_id) WHERE is_primary;
COMMENT ON TABLE product_categories IS 'Which departments show a product.';

CREATE TABLE coupons (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE CHECK (code = upper(code)),
  discount percentage NOT NULL,
  valid_during tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),
  contact email_address,
  max_uses integer CHECK (max_uses > 0)
);
COMMENT ON TABLE coupons IS 'Discounts for those who know the code.';
COMMENT ON COLUMN coupons.contact IS 'Who to ask about the campaign.';
COMMENT ON COLUMN coupons.max_uses IS 'Null: as often as anyone likes.';

-- Buying

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users,
  status order_status NOT NULL DEFAULT 'pending',
  billing_address_id integer NOT NULL REFERENCES addresses,
  shipping_address_id integer NOT NULL REFERENCES addresses,
  coupon_id integer REFERENCES coupons,
  note text,
  placed_at timestamptz NOT NULL DEFAULT now(),
  shipped_at timestamptz,
  CHECK (shipped_at >= placed_at)
);
CREATE INDEX ON orders (user_id);
CREATE INDEX ON orders (billing_address_id);
CREATE INDEX ON orders (shipping_address_id);
CREATE INDEX ON orders (coupon_id);
CREATE INDEX ON orders (placed_at);
COMMENT ON TABLE orders IS 'Orders, from the moment the basket is sent off.';
COMMENT ON COLUMN orders.note IS 'The customer''s wishes for the delivery.';

CREATE TABLE order_items (
  order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
  line_number smallint NOT NULL CHECK (line_number > 0),
  product_id integer NOT NULL REFERENCES products,
  quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
  unit_price numeric(12, 2) NOT NULL,
  total numeric(14, 2) GENERATED ALWAYS AS (quantity * unit_price) STORED,
  PRIMARY KEY (order_id, line_number)
);
CREATE INDEX ON order_items (product_id);
COMMENT ON TABLE order_items IS 'The lines of an order.';
COMMENT ON COLUMN order_items.unit_price IS 'The price on the day of the order, which may differ from today''s.';

CREATE TABLE payments (
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES orders,
  method payment_method NOT NULL,
  amount numeric(14, 2) NOT NULL CHECK (amount <> 0),
  provider_response json,
  client_address inet,
  paid_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON payments (order_id);
COMMENT ON TABLE payments IS 'Money received, and with a negative amount money given back.';
COMMENT ON COLUMN payments.provider_response IS 'The payment provider''s answer, word for word.';

-- Talking about it

CREATE TABLE reviews (
  id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
  order_id bigint,
  line_number smallint,
  rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  body text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (product_id, user_id),
  FOREIGN KEY (order_id, line_number) REFERENCES order_items ON DELETE SET NULL
);
CREATE INDEX ON reviews (user_id);
CREATE INDEX ON reviews (order_id, line_number);
COMMENT ON TABLE reviews IS 'What customers think of a product; with an order line, a verified purchase.';
COMMENT ON COLUMN reviews.rating IS 'One to five stars.';

CREATE TABLE posts (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  author_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
  editor_id integer REFERENCES users ON DELETE SET NULL,
  title text NOT NULL,
  slug text NOT NULL UNIQUE,
  body text NOT NULL DEFAULT '',
  tags text[] NOT NULL DEFAULT '{}',
  scheduled_for timestamp,
  published_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON posts (author_id);
CREATE INDEX ON posts (editor_id);
COMMENT ON TABLE posts IS 'The shop''s blog.';
COMMENT ON COLUMN posts.editor_id IS 'Who read it before it went out.';
COMMENT ON COLUMN posts.scheduled_for IS 'When it should go out, by the clock on the office wall.';
COMMENT ON COLUMN posts.published_at IS 'When it went out; null for a draft.';

-- Reading it all

CREATE VIEW order_summaries AS
  SELECT
    orders.id AS order_id,
    orders.user_id,
    users.email,
    orders.status,
    orders.placed_at,
    count(order_items.line_number) AS item_count,
    coalesce(sum(order_items.total), 0) AS total
  FROM orders
  JOIN users ON users.id = orders.user_id
  LEFT JOIN order_items ON order_items.order_id = orders.id
  GROUP BY orders.id, users.id;
COMMENT ON VIEW order_summaries IS 'One row per order with what it comes to.';

CREATE MATERIALIZED VIEW product_sales AS
  SELECT
    products.id AS product_id,
    products.name,
    coalesce(sum(order_items.quantity), 0) AS units,
    coalesce(sum(order_items.total), 0) AS revenue,
    max(orders.placed_at) AS last_sold_at
  FROM products
  LEFT JOIN order_items ON order_items.product_id = products.id
  LEFT JOIN orders ON orders.id = order_items.order_id AND orders.status <> 'cancelled'
  GROUP BY products.id;
CREATE UNIQUE INDEX ON product_sales (product_id);
COMMENT ON MATERIALIZED VIEW product_sales IS 'Sales per product; REFRESH MATERIALIZED VIEW brings it up to date.';
