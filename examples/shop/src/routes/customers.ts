import { Router } from 'express';
import type { Database } from '../database.ts';
import { Problem } from '../problem.ts';
import { readId } from '../read-id.ts';

/** `/customers`, with a router of its own for `/customers/:customerId/orders` */
export function customerRoutes(database: Database): Router {
  return Router().use('/:customerId/orders', ordersOfCustomerRoutes(database));
}

function ordersOfCustomerRoutes(database: Database): Router {
  const router = Router({ mergeParams: true });

  router.get('/', async (req, res) => {
    const { customerId } = req.params as Record<string, string>;
    const { rows } = await database.query('SELECT * FROM orders WHERE customer_id = $1 ORDER BY id DESC LIMIT 20', [
      readId(customerId),
    ]);
    res.json(rows);
  });

  router.get('/:orderId', async (req, res) => {
    const { customerId, orderId } = req.params as Record<string, string>;
    const { rows } = await database.query(
      `SELECT o.*, json_agg(json_build_object('product', p.name, 'quantity', i.quantity)) AS items
       FROM orders o JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id
       WHERE o.customer_id = $1 AND o.id = $2 GROUP BY o.id`,
      [readId(customerId), readId(orderId)],
    );
    if (rows.length === 0) throw new Problem(404, 'The customer has no such order');
    res.json(rows[0]);
  });

  return router;
}
