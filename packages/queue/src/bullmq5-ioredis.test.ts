import { queueContract } from '../../../test/contracts/queue.ts';
import { ioredis5 } from '../test/drivers.ts';

queueContract(ioredis5);
