import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from 'bullmq';
import type { Database } from '../database.ts';
import type { OrderJob } from '../jobs.ts';
import type { Models } from '../models.ts';

/** What the worker does for each queue. */
export interface Processors {
  readonly emails: (job: Job<OrderJob>) => Promise<void>;
  readonly notes: (job: Job<OrderJob>) => Promise<void>;
}

export function createProcessors(database: Database, models: Models, random: () => number = Math.random): Processors {
  return {
    async emails({ data }) {
      const { rows } = await database.query(
        'SELECT c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = $1',
        [data.orderId],
      );
      if (rows.length === 0) throw new Error(`There is no order ${data.orderId}`);
      // The mail server, played by chance: slow now and then, and busy for a while.
      await delay(20 + 80 * random());
      if (random() < 0.05) throw new Error('421 Service not available, try again later');
    },

    async notes({ data }) {
      const { rows } = await database.query(
        `SELECT p.name, i.quantity FROM order_items i JOIN products p ON p.id = i.product_id WHERE i.order_id = $1`,
        [data.orderId],
      );
      const note = await models.packingNote({ items: rows });
      await database.query('UPDATE orders SET packing_note = $2 WHERE id = $1', [data.orderId, note]);
    },
  };
}
