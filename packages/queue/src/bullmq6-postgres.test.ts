import { queueContract } from '../../../test/contracts/queue.ts';
import { postgres6 } from '../test/drivers.ts';

queueContract(postgres6);
