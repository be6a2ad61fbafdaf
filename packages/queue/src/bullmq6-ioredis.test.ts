import { queueContract } from '../../../test/contracts/queue.ts';
import { ioredis6 } from '../test/drivers.ts';

queueContract(ioredis6);
