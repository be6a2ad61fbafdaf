import type { PoolClient } from 'pg';
import { type Database, inTransaction } from './database.ts';
import { Problem } from './problem.ts';

interface Item {
  readonly productId: number;
  readonly quantity: number;
}

export interface NewOrder {
  readonly customerId: number;
  readonly items: readonly Item[];
}

export interface PlacedOrder {
  readonly id: number;
  readonly totalCents: number;
  readonly currency: string;
}

/**
 * The order in a request's body.
 *
 * @throws {Problem} 422, naming what is wrong with it.
 */
export function readOrder(body: unknown): NewOrder {
  const { customerId, items } = (body ?? {}) as Partial<NewOrder>;
  if (!isId(customerId)) throw new Problem(422, 'customerId must be the number of a customer');
  if (!Array.isArray(items) || items.length === 0 || items.length > 20) {
    throw new Problem(422, 'items must be a list of 1 to 20 items');
  }
  for (const item of items) {
    if (!isId(item?.productId)) throw new Problem(422, 'productId must be the number of a product');
    if (!isId(item.quantity) || item.quantity > 99) throw new Problem(422, 'quantity must be a number from 1 to 99');
  }
  if (new Set(items.map((item) => item.productId)).size < items.length) {
    throw new Problem(422, 'items must name each product once');
  }
  return { customerId, items };
}

/**
 * Takes the items from stock and writes the order, both or neither.
 *
 * @throws {Problem} 422 for an unknown customer or product, 409 when a product is sold out.
 */
export function placeOrder(database: Database, { customerId, items }: NewOrder): Promise<PlacedOrder> {
  return inTransaction(database, async (client) => {
    const customer = await client.query('SELECT currency FROM customers WHERE id = $1', [customerId]);
    if (customer.rowCount === 0) throw new Problem(422, `There is no customer ${customerId}`);
    const { currency } = customer.rows[0];

    const prices = await takeFromStock(client, items);
    const totalCents = items.reduce((sum, { productId, quantity }) => sum + prices.get(productId)! * quantity, 0);
    const order = await client.query(
      'INSERT INTO orders (customer_id, total_cents, currency) VALUES ($1, $2, $3) RETURNING id',
      [customerId, totalCents, currency],
    );
    const { id } = order.rows[0];
    await client.query(
      `INSERT INTO order_items (order_id, product_id, quantity, price_cents)
       SELECT $1, * FROM unnest($2::integer[], $3::integer[], $4::integer[])`,
      [id, ...columns(items), items.map(({ productId }) => prices.get(productId))],
    );
    return { id, totalCents, currency };
  });
}

/** Locks the products in one order for all, so that two orders never wait for each other, and answers their prices. */
async function takeFromStock(client: PoolClient, items: readonly Item[]): Promise<Map<number, number>> {
  const [productIds, quantities] = columns(items);
  const products = await client.query(
    'SELECT id, name, price_cents, stock FROM products WHERE id = ANY($1) ORDER BY id FOR UPDATE',
    [productIds],
  );
  const found = new Map(products.rows.map((product) => [product.id, product]));
  for (const { productId, quantity } of items) {
    const product = found.get(productId);
    if (!product) throw new Problem(422, `There is no product ${productId}`);
    if (product.stock < quantity) throw new Problem(409, `${product.name} (product ${productId}) is sold out`);
  }
  await client.query(
    `UPDATE products SET stock = stock - quantity
     FROM unnest($1::integer[], $2::integer[]) AS item (product_id, quantity) WHERE id = product_id`,
    [productIds, quantities],
  );
  return new Map(products.rows.map(({ id, price_cents }) => [id, price_cents]));
}

function columns(items: readonly Item[]): [productIds: number[], quantities: number[]] {
  return [items.map(({ productId }) => productId), items.map(({ quantity }) => quantity)];
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 2_147_483_647;
}
