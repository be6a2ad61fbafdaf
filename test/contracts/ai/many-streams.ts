import { expect, it } from 'vitest';
import { startModelServer } from '../../../examples/shop/src/model-server/start-model-server.ts';
import { Seeded } from '../../seeded.ts';
import { RecordingObserver } from './recording-observer.ts';

/** Starts one stream; resolves when its reader has gone, by whichever of the ways it was told to go. */
export type StreamOnce = (leave: Leave, directives: string) => Promise<void>;

/** How a reader leaves a stream. */
type Leave = 'read' | 'break' | 'abort' | 'abort-unread' | 'drop';

const WAYS: readonly Leave[] = ['read', 'read', 'break', 'abort', 'abort-unread', 'drop'];

/**
 * Many streams, so many at a time, left in every way at random. Each begins and ends once, nothing stays open on either
 * side. `STREAMS` and `STREAMS_AT_ONCE` make it a soak.
 */
export function manyStreams(name: string, open: (url: string, observer: RecordingObserver) => StreamOnce): void {
  const total = Number(process.env.STREAMS ?? 300);
  const width = Number(process.env.STREAMS_AT_ONCE ?? 100);
  it(`${name}: of ${total} streams with random aborts each ends once`, { timeout: 600_000 }, async () => {
    const server = await startModelServer();
    const observer = new RecordingObserver();
    const stream = open(server.url, observer);
    const random = new Seeded(1);
    let started = 0;
    const worker = async (): Promise<void> => {
      while (started < total) {
        started++;
        const way = WAYS[Math.floor(random.next() * WAYS.length)]!;
        const pace = way === 'read' ? '' : ',pace=1';
        await stream(way, `words=12${way === 'drop' ? ',drop=5' : pace}`);
      }
    };
    try {
      await Promise.all(Array.from({ length: width }, worker));
      await observer.settled();
      expect(observer.begun).toBe(total);
      expect(observer.inFlight).toBe(0);
      expect(observer.calls.filter(({ ends }) => ends.length !== 1)).toEqual([]);
      const told = Map.groupBy(observer.calls, ({ ends: [end] }) =>
        end!.aborted ? 'aborted' : end!.error ? 'failed' : 'read',
      );
      expect([...told.keys()].sort()).toEqual(['aborted', 'failed', 'read']);
      for (const { ends } of told.get('read')!) expect(ends[0]!.usage?.outputTokens).toBe(12);
      await expect.poll(() => server.open, { timeout: 20_000 }).toBe(0);
    } finally {
      await server.close();
    }
  });
}
