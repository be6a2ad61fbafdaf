import { describe, expect, it } from 'vitest';
import type { DatabaseDriver } from './driver.ts';
import { observed } from './observed.ts';

/** What does not happen. */
export function databaseHarmlessnessContract(driver: DatabaseDriver): void {
  describe('harmlessness', () => {
    it('observes once what it is handed twice', async () => {
      const { run, samples } = await observed(driver, { times: 2 });
      await run('SELECT * FROM items');
      expect(await samples('database_queries_total')).toEqual(['SELECT items = 1']);
    });

    it('leaves everything as it is where monitoring is off', async () => {
      const { run, scrape } = await observed(driver, { core: { enabled: false } });
      expect(await run('SELECT * FROM items')).toEqual([]);
      expect(await scrape('database_queries_total')).toBe('');
    });

    it('goes on without it when the monitor is closed', async () => {
      const { run, monitor, errors } = await observed(driver);
      await monitor.close();
      await run('INSERT INTO items (id, name) VALUES (1, ?)', ['a']);
      expect(await run('SELECT * FROM items')).toEqual([{ id: 1, name: 'a' }]);
      expect(errors).toEqual([]);
    });

    it('keeps its own failures from the statement', async () => {
      const { run, monitor, errors } = await observed(driver);
      monitor.operations.subscribe({
        onStart() {
          throw new Error('listener');
        },
      });
      (monitor as { logger: unknown }).logger = undefined;
      expect(await run('SELECT * FROM items')).toEqual([]);
      expect(errors.length).toBeGreaterThan(0);
    });

    it('lets an error that nobody handles be one', async () => {
      const { run } = await observed(driver);
      const before = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
      try {
        void run('SELECT * FROM nowhere');
        expect(await unhandled).toBeInstanceOf(Error);
      } finally {
        for (const listener of before) process.on('unhandledRejection', listener);
      }
    });
  });
}
