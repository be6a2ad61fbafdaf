import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { ioredisDriver } from '../../../test/contracts/cache/ioredis-driver.ts';
import { redisClientContract } from '../../../test/contracts/cache/redis-client.ts';

redisClientContract(ioredisDriver('ioredis 6', 'ioredis', (url, options) => new Redis(url, options)));
redisClientContract(
  ioredisDriver('ioredis 5', 'ioredis5', (url, options) => new Redis5(url, options as never) as unknown as Redis),
);
