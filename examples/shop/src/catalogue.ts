import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { monitorCache, monitorRedis } from 'telltale';
import type { Database } from './database.ts';

const FRESH_SECONDS = 30;

/** A row of `products`. */
export type Product = Readonly<Record<string, unknown>> & { readonly id: number };

/** Products by their number, read from a cache in front of the database. */
export interface Catalogue {
  /** `undefined` where there is no such product. */
  find(id: number): Promise<Product | undefined>;
  /** To be called after a product has changed. */
  forget(ids: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

/** Keeps products in the Redis at `redisUrl`, where it is given, otherwise in this process. */
export function openCatalogue(database: Database, redisUrl: string | undefined): Catalogue {
  const cache = redisUrl === undefined ? inProcess() : inRedis(redisUrl);
  return {
    async find(id) {
      const cached = await cache.get(id);
      if (cached !== undefined) return cached;
      const { rows } = await database.query<Product>('SELECT * FROM products WHERE id = $1', [id]);
      if (rows[0] !== undefined) await cache.set(rows[0]);
      return rows[0];
    },
    forget: (ids) => cache.delete(ids),
    close: () => cache.close(),
  };
}

interface ProductCache {
  get(id: number): Promise<Product | undefined>;
  set(product: Product): Promise<void>;
  delete(ids: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

function inProcess(): ProductCache {
  const cache = monitorCache(new LRUCache<number, Product>({ max: 100, ttl: FRESH_SECONDS * 1000 }), {
    name: 'products',
  });
  return {
    get: async (id) => cache.get(id),
    set: async (product) => void cache.set(product.id, product),
    delete: async (ids) => {
      for (const id of ids) cache.delete(id);
    },
    close: async () => cache.clear(),
  };
}

function inRedis(url: string): ProductCache {
  const redis = monitorRedis(new Redis(url), { name: 'products' });
  // A Redis that is away for a while: ioredis connects again, and the requests in between fail and say so.
  redis.on('error', () => {});
  return {
    async get(id) {
      const text = await redis.get(`product:${id}`);
      return text === null ? undefined : JSON.parse(text);
    },
    set: async (product) =>
      void (await redis.set(`product:${product.id}`, JSON.stringify(product), 'EX', FRESH_SECONDS)),
    delete: async (ids) => void (await redis.del(ids.map((id) => `product:${id}`))),
    close: async () => redis.disconnect(),
  };
}
