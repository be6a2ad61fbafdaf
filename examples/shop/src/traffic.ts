import { setTimeout as delay } from 'node:timers/promises';
import { Chance } from './traffic/chance.ts';
import { Client } from './traffic/client.ts';
import { Day } from './traffic/day.ts';
import { Measurements, type TrafficSummary } from './traffic/measurements.ts';
import { visit } from './traffic/visits.ts';

export interface TrafficOptions {
  /** The service, on this machine. */
  readonly baseUrl: string;
  /** The same seed makes the same visitors. @default 1 */
  readonly seed?: number;
  /** On average in the busiest hour, at most 30. @default 20 */
  readonly requestsPerSecond?: number;
  /** How long a day lasts. @default 10 */
  readonly dayMinutes?: number;
}

export interface Traffic {
  /** What the visitors have seen until now. */
  summary(): TrafficSummary;
  /** The hour of the compressed day, such as `day 1 14:20`. */
  time(): string;
  /** Sends no more, and waits a second for what is under way. */
  stop(): Promise<void>;
}

const MOST_AT_ONCE = 40;

/**
 * Visits the shop as the world does: more by day than by night, many readers and some buyers, mistakes, scanners,
 * slow readers, and people who go away in the middle.
 *
 * @throws {RangeError} for more than 30 requests a second, or a service on another machine.
 */
export function startTraffic({ baseUrl, seed = 1, requestsPerSecond = 20, dayMinutes = 10 }: TrafficOptions): Traffic {
  if (!(requestsPerSecond > 0 && requestsPerSecond <= 30)) {
    throw new RangeError(`requestsPerSecond is ${requestsPerSecond}; it must be above 0 and at most 30.`);
  }
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(baseUrl).hostname)) {
    throw new RangeError(`The traffic is for a service on this machine, which ${baseUrl} is not.`);
  }
  const day = new Day(dayMinutes);
  const chance = new Chance(seed);
  const measurements = new Measurements();
  const client = new Client(baseUrl, measurements);
  const visitors = { client, chance, unpaid: [], soldOut: new Set<number>() };
  const underWay = new Set<Promise<void>>();
  let timer: NodeJS.Timeout;

  waitForNext();
  return {
    summary: () => measurements.summary(),
    time: () => day.toString(),
    async stop() {
      clearTimeout(timer);
      await Promise.race([Promise.all(underWay), delay(1_000)]);
      client.close();
      await Promise.all(underWay);
    },
  };

  function waitForNext(): void {
    timer = setTimeout(
      () => {
        waitForNext();
        if (underWay.size >= MOST_AT_ONCE) return;
        const going = visit(visitors).finally(() => underWay.delete(going));
        underWay.add(going);
      },
      chance.waitMs(requestsPerSecond * day.busyness()),
    );
  }
}
