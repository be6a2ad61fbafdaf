import { Router } from 'express';
import type { Catalogue, Product } from '../catalogue.ts';
import type { Database } from '../database.ts';
import type { Partners } from '../partners.ts';
import { Problem } from '../problem.ts';
import { readId } from '../read-id.ts';

/** `/products` */
export function productRoutes(database: Database, catalogue: Catalogue, partners: Partners): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const after = req.query.after === undefined ? 0 : readId(req.query.after, 'after');
    const { rows } = await database.query('SELECT * FROM products WHERE id > $1 ORDER BY id LIMIT 20', [after]);
    res.json(rows);
  });

  router.get('/search', async (req, res) => {
    const words = req.query.q;
    if (typeof words !== 'string' || words.trim() === '') throw new Problem(400, 'q must say what to search for');
    const { rows } = await database.query('SELECT * FROM products WHERE name ILIKE $1 ORDER BY name LIMIT 20', [
      `%${words.trim().replaceAll(/[\\%_]/g, '\\$&')}%`,
    ]);
    res.json(rows);
  });

  router.get('/:productId', async (req, res) => {
    res.json(await findProduct(readId(req.params.productId)));
  });

  // The warehouse sometimes answers nonsense, which nobody catches: a 500 with the real error in the log.
  router.get('/:productId/delivery', async (req, res) => {
    const { id } = await findProduct(readId(req.params.productId));
    res.json({ days: await partners.deliveryDays(id) });
  });

  router.post('/:productId/restock', async (req, res) => {
    const { rows } = await database.query('UPDATE products SET stock = stock + 200 WHERE id = $1 RETURNING id, stock', [
      readId(req.params.productId),
    ]);
    if (rows.length === 0) throw new Problem(404, 'There is no such product');
    await catalogue.forget([rows[0].id]);
    res.json(rows[0]);
  });

  async function findProduct(id: number): Promise<Product> {
    const product = await catalogue.find(id);
    if (product === undefined) throw new Problem(404, 'There is no such product');
    return product;
  }

  return router;
}
