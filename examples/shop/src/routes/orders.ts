import { Router } from 'express';
import type { Logger } from 'telltale';
import type { Catalogue } from '../catalogue.ts';
import type { Database } from '../database.ts';
import type { Jobs } from '../jobs.ts';
import { metrics } from '../metrics.ts';
import type { Models } from '../models.ts';
import type { OrderEvents } from '../order-events.ts';
import type { Partners } from '../partners.ts';
import { type NewOrder, type PlacedOrder, placeOrder, readOrder } from '../place-order.ts';
import { Problem } from '../problem.ts';
import { readId } from '../read-id.ts';

export interface OrderServices {
  readonly database: Database;
  readonly catalogue: Catalogue;
  readonly jobs: Jobs;
  readonly models: Models;
  readonly partners: Partners;
  readonly events: OrderEvents;
  readonly logger: Logger;
}

/** `/orders` */
export function orderRoutes({ database, catalogue, jobs, models, partners, events, logger }: OrderServices): Router {
  const router = Router();

  router.post('/', async (req, res) => {
    const order = await place(readOrder(req.body));
    res.status(201).location(`/orders/${order.id}`).json(order);
  });

  router.get('/:orderId', async (req, res) => {
    res.json(await findOrder(readId(req.params.orderId)));
  });

  // The model's words reach the customer as they come.
  router.get('/:orderId/summary', async (req, res) => {
    const { packing_note: _, ...order } = await findOrder(readId(req.params.orderId));
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    try {
      for await (const words of models.describe(order, gone.signal)) {
        if (!res.headersSent) res.type('text/plain');
        res.write(words);
      }
    } catch (cause) {
      if (gone.signal.aborted) return;
      if (res.headersSent) res.destroy(cause as Error);
      else throw new Problem(502, 'Nobody can describe the order just now; try again', { cause });
    }
    res.end();
  });

  router.post('/:orderId/pay', async (req, res) => {
    const order = await findOrder(readId(req.params.orderId));
    if (order.status === 'paid') throw new Problem(409, 'The order is paid already');
    const outcome = await charge(order.id, order.total_cents);
    if (outcome === 'declined') throw new Problem(402, 'The payment was declined');
    await database.query("UPDATE orders SET status = 'paid' WHERE id = $1", [order.id]);
    metrics.revenue.inc({ currency: order.currency }, order.total_cents / 100);
    events.emit('order', { type: 'paid', orderId: order.id });
    await jobs.emails.add('receipt', { orderId: order.id });
    res.json({ id: order.id, status: 'paid' });
  });

  async function place(order: NewOrder): Promise<PlacedOrder> {
    try {
      const placed = await placeOrder(database, order);
      metrics.ordersPlaced.inc({ currency: placed.currency, outcome: 'placed' });
      metrics.basketItems.observe(order.items.reduce((sum, { quantity }) => sum + quantity, 0));
      logger.info('Order placed', { event_type: 'business', order_id: placed.id, total_cents: placed.totalCents });
      events.emit('order', { type: 'placed', orderId: placed.id });
      await catalogue.forget(order.items.map(({ productId }) => productId));
      await jobs.emails.add('confirmation', { orderId: placed.id });
      await jobs.notes.add('packing', { orderId: placed.id });
      return placed;
    } catch (error) {
      const outcome = error instanceof Problem ? (error.status === 409 ? 'sold_out' : 'invalid') : 'failed';
      metrics.ordersPlaced.inc({ currency: 'unknown', outcome });
      throw error;
    }
  }

  async function charge(orderId: number, cents: number): Promise<'paid' | 'declined'> {
    try {
      return await partners.charge(orderId, cents);
    } catch (cause) {
      throw new Problem(502, 'The payment provider does not answer; try again', { cause });
    }
  }

  async function findOrder(id: number) {
    const { rows } = await database.query('SELECT * FROM orders WHERE id = $1', [id]);
    if (rows.length === 0) throw new Problem(404, 'There is no such order');
    return rows[0];
  }

  return router;
}
