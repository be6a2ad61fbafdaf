import { createClient } from 'redis';
import { createClient as createClient5 } from 'redis5';
import { nodeRedisDriver } from '../../../test/contracts/cache/node-redis-driver.ts';
import { redisClientContract } from '../../../test/contracts/cache/redis-client.ts';

redisClientContract(nodeRedisDriver('node-redis 6', 'redis', createClient));
redisClientContract(nodeRedisDriver('node-redis 5', 'redis5', createClient5 as unknown as typeof createClient));
