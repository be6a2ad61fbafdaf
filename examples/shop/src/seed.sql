-- Does nothing where the shop already has customers.
INSERT INTO shop.customers (name, email, currency)
SELECT 'Customer ' || n, 'customer' || n || '@example.com', (ARRAY['EUR', 'USD', 'GBP'])[1 + n % 3]
FROM generate_series(1, 300) AS n
WHERE NOT EXISTS (SELECT FROM shop.customers);

-- Every twentieth product is rare, and sells out.
INSERT INTO shop.products (name, price_cents, stock)
SELECT colour || ' ' || material || ' ' || thing, 300 + (hashtext(colour || material || thing) & 8191),
       CASE WHEN row_number() OVER (ORDER BY thing, material, colour) % 20 = 0 THEN 3 ELSE 200 END
FROM unnest(ARRAY['Red', 'Green', 'Blue', 'Black', 'White']) AS colour,
     unnest(ARRAY['wooden', 'woollen', 'steel', 'glass']) AS material,
     unnest(ARRAY['lamp', 'chair', 'clock', 'box', 'bowl', 'frame', 'hook', 'tray', 'jar', 'shelf']) AS thing
WHERE NOT EXISTS (SELECT FROM shop.products)
ORDER BY thing, material, colour;

WITH placed AS (
  INSERT INTO shop.orders (customer_id, status, total_cents, currency, placed_at)
  SELECT c.id, CASE WHEN c.id % 4 = 0 THEN 'placed' ELSE 'paid' END, p.price_cents * 2, c.currency,
         now() - make_interval(mins => 6 * (1500 - c.id * 5 - n))
  FROM shop.customers AS c, generate_series(0, 4) AS n, shop.products AS p
  WHERE p.id = 1 + (c.id * 7 + n * 31) % 200 AND NOT EXISTS (SELECT FROM shop.orders)
  ORDER BY c.id, n
  RETURNING id, customer_id, total_cents
)
INSERT INTO shop.order_items (order_id, product_id, quantity, price_cents)
SELECT id, 1 + (customer_id * 7 + (id - 1) % 5 * 31) % 200, 2, total_cents / 2 FROM placed;
