import { Router } from 'express';
import type { Database } from '../database.ts';

/** `/reports` */
export function reportRoutes(database: Database, random: () => number): Router {
  const router = Router();

  // Slow on purpose, and never twice the same: between a tenth of a second and a little over one.
  router.get('/sales', async (_req, res) => {
    await database.query('SELECT pg_sleep($1)', [0.1 + random() ** 2]);
    const { rows } = await database.query(
      `SELECT currency, count(*) AS orders, sum(total_cents) AS total_cents
       FROM orders WHERE placed_at > now() - interval '1 day' GROUP BY currency ORDER BY currency`,
    );
    res.json(rows);
  });

  return router;
}
