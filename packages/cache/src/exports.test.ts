import { expect, it } from 'vitest';
import * as cache from './index.ts';

it('exports what is named here, and nothing else', () => {
  expect(Object.keys(cache).sort()).toMatchInlineSnapshot(`
    [
      "cacheMetrics",
      "cacheOptions",
      "isCache",
      "isRedisClient",
      "monitorCache",
      "monitorRedis",
      "redisOptions",
      "redisStatus",
      "registerCache",
      "registeredCaches",
      "trackCache",
    ]
  `);
});
