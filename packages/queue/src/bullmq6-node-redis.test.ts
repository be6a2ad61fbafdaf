import { queueContract } from '../../../test/contracts/queue.ts';
import { nodeRedis6 } from '../test/drivers.ts';

queueContract(nodeRedis6);
