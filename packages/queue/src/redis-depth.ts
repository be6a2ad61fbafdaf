import type { DepthSource } from './depth-source.ts';
import type { RedisCommands } from './redis-commands.ts';
import { type WaitingJob, waitingAge } from './waiting-since.ts';

/** Beside BullMQ's own keys of the queue: in the same cluster slot, and allowed where these are. */
const ELECTION = 'telltale-reader';

/**
 * Reads a queue by what BullMQ keeps of it in Redis: lists and sorted sets whose lengths are there for the asking.
 * At most nineteen commands, all O(1) but for one of O(log n); no key is searched for and no job is walked over.
 */
export function redisSource({ ready, send }: RedisCommands, keyOf: (type: string) => string): DepthSource {
  const length = (type: string): Promise<number> => send('LLEN', keyOf(type)).then(Number);
  const size = (type: string): Promise<number> => send('ZCARD', keyOf(type)).then(Number);
  const election = keyOf(ELECTION);

  const ageOf = waitingAge();

  /** One that was taken before, or had children, has been waiting since BullMQ does not say when. */
  const waitingJob = async (id: unknown): Promise<WaitingJob[]> => {
    // BullMQ 5 keeps a marker in the list that is no job.
    if (typeof id !== 'string' || id.startsWith('0:')) return [];
    const [fields, children] = await Promise.all([
      send('HMGET', keyOf(id), 'timestamp', 'opts', 'ats', 'atm') as Promise<(string | null)[]>,
      send('EXISTS', keyOf(`${id}:processed`), keyOf(`${id}:failed`), keyOf(`${id}:unsuccessful`)),
    ]);
    const [timestamp, options, started, made] = fields;
    if (!timestamp) return [];
    const known = Number(started ?? 0) === 0 && Number(made ?? 0) === 0 && Number(children) === 0;
    return [{ turn: `${id} ${started} ${made}`, since: known ? Number(timestamp) + delayOf(options) : undefined }];
  };

  return {
    ready,

    async elect(holder, leaseMs) {
      const lease = String(Math.ceil(leaseMs));
      if ((await send('SET', election, holder, 'PX', lease, 'NX')) !== null) return true;
      if ((await send('GET', election)) !== holder) return false;
      await send('PEXPIRE', election, lease);
      return true;
    },

    async resign(holder) {
      if ((await send('GET', election)) === holder) await send('DEL', election);
    },

    async read(now) {
      // Sent at once, they take one trip.
      const [wait, pausedWait, active, delayed, prioritized, children, completed, failed, paused, next, urgent] =
        await Promise.all([
          length('wait'),
          length('paused'),
          length('active'),
          size('delayed'),
          size('prioritized'),
          size('waiting-children'),
          size('completed'),
          size('failed'),
          send('HEXISTS', keyOf('meta'), 'paused').then(Number),
          send('LINDEX', keyOf('wait'), '-1'),
          send('ZRANGE', keyOf('prioritized'), '0', '0') as Promise<unknown[]>,
        ]);
      // BullMQ 5 keeps the list of a paused queue under another name.
      const first = next ?? (pausedWait > 0 ? await send('LINDEX', keyOf('paused'), '-1') : null);
      const jobs = await Promise.all([waitingJob(first), waitingJob(urgent[0])]);
      return {
        counts: {
          waiting: wait + pausedWait,
          active,
          delayed,
          prioritized,
          'waiting-children': children,
          completed,
          failed,
        },
        paused: paused > 0,
        oldestWaitingSeconds: ageOf(jobs.flat(), now),
      };
    },
  };
}

function delayOf(options: string | null | undefined): number {
  try {
    const { delay } = JSON.parse(options ?? '{}');
    return typeof delay === 'number' ? delay : 0;
  } catch {
    return 0;
  }
}
