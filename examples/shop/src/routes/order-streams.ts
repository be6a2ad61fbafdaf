import { once } from 'node:events';
import { type Response, Router } from 'express';
import type { Database } from '../database.ts';
import type { OrderEvent, OrderEvents } from '../order-events.ts';

const PAGE = 200;
const EXPORT_LIMIT = 2_000;
const HEARTBEAT_MS = 15_000;

/** `/orders/export.csv` and `/orders/events`: answers that take their time. */
export function orderStreamRoutes(database: Database, events: OrderEvents): Router {
  const router = Router();

  // The latest orders, a page at a time and no faster than the client reads.
  router.get('/export.csv', async (_req, res) => {
    res.type('text/csv').write('id,customer,status,total_cents,currency,placed_at\n');
    let below = 2_147_483_647;
    for (let sent = 0; sent < EXPORT_LIMIT && !res.destroyed; sent += PAGE) {
      const { rows } = await database.query('SELECT * FROM orders WHERE id < $1 ORDER BY id DESC LIMIT $2', [
        below,
        PAGE,
      ]);
      if (rows.length === 0) break;
      below = rows.at(-1).id;
      await write(res, rows.map(toCsv).join(''));
    }
    res.end();
  });

  // Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
  router.get('/events', (_req, res) => {
    res.set('cache-control', 'no-store').type('text/event-stream').write('retry: 2000\n\n');
    const send = (event: OrderEvent): void => {
      res.write(`event: ${event.type}\ndata: ${JSON.stringify({ orderId: event.orderId })}\n\n`);
    };
    const end = (): void => {
      res.end();
    };
    const heartbeat = setInterval(() => res.write(': still here\n\n'), HEARTBEAT_MS);
    events.on('order', send).once('end', end);
    res.once('close', () => {
      clearInterval(heartbeat);
      events.off('order', send).off('end', end);
    });
  });

  return router;
}

async function write(res: Response, text: string): Promise<void> {
  if (res.write(text) || res.destroyed) return;
  await Promise.race([once(res, 'drain'), once(res, 'close')]);
}

function toCsv(order: Record<string, unknown> & { readonly placed_at: Date }): string {
  const { id, customer_id, status, total_cents, currency, placed_at } = order;
  return `${[id, customer_id, status, total_cents, currency, placed_at.toISOString()].join(',')}\n`;
}
