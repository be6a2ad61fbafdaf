-- Two starts at once on one database wait for each other here.
SELECT pg_advisory_xact_lock(8253);

CREATE SCHEMA IF NOT EXISTS shop;

CREATE TABLE IF NOT EXISTS shop.customers (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  currency text NOT NULL CHECK (currency IN ('EUR', 'USD', 'GBP'))
);

CREATE TABLE IF NOT EXISTS shop.products (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  price_cents integer NOT NULL CHECK (price_cents > 0),
  stock integer NOT NULL CHECK (stock >= 0)
);

CREATE TABLE IF NOT EXISTS shop.orders (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES shop.customers,
  status text NOT NULL DEFAULT 'placed' CHECK (status IN ('placed', 'paid')),
  total_cents integer NOT NULL,
  currency text NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE shop.orders ADD COLUMN IF NOT EXISTS packing_note text;
CREATE INDEX IF NOT EXISTS orders_of_customer ON shop.orders (customer_id, id DESC);

CREATE TABLE IF NOT EXISTS shop.order_items (
  order_id integer NOT NULL REFERENCES shop.orders,
  product_id integer NOT NULL REFERENCES shop.products,
  quantity integer NOT NULL CHECK (quantity > 0),
  price_cents integer NOT NULL,
  PRIMARY KEY (order_id, product_id)
);
