import { describe, expect, it } from 'vitest';
import type { DatabaseDriver } from './driver.ts';
import { observed, steppingClock } from './observed.ts';

/** Made when it is needed, so that nothing here looks like a secret. */
const SECRET = ['hush', 'hush', '4711'].join('-');

/** What is measured and said of statements. */
export function statementContract(driver: DatabaseDriver): void {
  describe('statements', () => {
    it('are counted by operation and table, with the rows that they gave', async () => {
      const { run, samples } = await observed(driver);
      await run(`INSERT INTO items (id, name) VALUES (1, 'a'), (2, 'b')`);
      await run('UPDATE items SET name = ? WHERE id = ?', ['c', 1]);
      expect(await run('SELECT * FROM items ORDER BY id')).toEqual([
        { id: 1, name: 'c' },
        { id: 2, name: 'b' },
      ]);
      expect(await run('WITH few AS (SELECT * FROM items WHERE id < ?) SELECT name FROM few', [2])).toHaveLength(1);
      await run('DELETE FROM items');
      expect(await samples('database_queries_total')).toEqual([
        'DELETE items = 1',
        'INSERT items = 1',
        'SELECT items = 2',
        'UPDATE items = 1',
      ]);
      expect(await samples('database_rows_returned_total')).toContain('SELECT items = 3');
      expect(await samples('database_query_duration_seconds_count')).toContain('SELECT items = 2');
    });

    it('that fail are counted by their code, and the error is what it was', async () => {
      const { run, samples } = await observed(driver);
      await run('INSERT INTO items (id, name) VALUES (1, ?)', ['a']);
      const again = run('INSERT INTO items (id, name) VALUES (1, ?)', ['b']);
      await expect(again).rejects.toThrow(/duplicate|unique/i);
      expect(await samples('database_query_errors_total')).toEqual([
        `INSERT items,error_code="${driver.duplicateCode}" = 1`,
      ]);
      expect(await samples('database_queries_total')).toEqual(['INSERT items = 2']);
    });

    it('that are slow are counted and logged without their values', async () => {
      const core = { clock: steppingClock(300) };
      const { run, samples, log, rawLog } = await observed(driver, { core, options: { slowQueryMs: 200 } });
      await run(`SELECT name FROM items WHERE name = '${SECRET}' AND id IN (1, 2, 3)`);
      await run('SELECT name FROM items WHERE name = ?', [SECRET]);
      expect(await samples('database_slow_queries_total')).toEqual(['SELECT items = 2']);
      const [slow] = log().filter(({ message }) => message === 'SELECT items was slow');
      expect(slow).toMatchObject({
        level: 'WARNING',
        event_type: 'performance',
        system: driver.system,
        threshold_ms: 200,
        statement: 'SELECT name FROM items WHERE name = ? AND id IN (?)',
      });
      expect(rawLog().join('\n')).not.toContain(SECRET);
    });

    it('have a debug line each, and none at the level INFO', async () => {
      const debug = await observed(driver);
      await debug.run('SELECT * FROM items');
      const lines = debug.log().filter(({ table }) => table === 'items');
      expect(lines).toContainEqual(expect.objectContaining({ level: 'DEBUG', message: 'SELECT items ended', rows: 0 }));
      const info = await observed(driver, { core: { logLevel: 'INFO' } });
      await info.run('SELECT * FROM items');
      expect(info.log()).toEqual([]);
    });

    it('are operations for whoever listens', async () => {
      const { run, monitor } = await observed(driver);
      const ended: unknown[] = [];
      monitor.operations.subscribe({ onEnd: ({ kind, name, outcome }) => ended.push([kind, name, outcome]) });
      await run('SELECT * FROM items');
      expect(ended).toEqual([['database', 'SELECT items', 'ok']]);
    });

    if (driver.transactions === false) return;
    it('make up transactions, timed by how they end', async () => {
      const { run, transaction, scrape } = await observed(driver);
      await transaction(async (within) => {
        await within('INSERT INTO items (id, name) VALUES (1, ?)', ['kept']);
      });
      const undone = transaction(async (within) => {
        await within('INSERT INTO items (id, name) VALUES (2, ?)', ['undone']);
        throw new Error('no');
      });
      await expect(undone).rejects.toThrow('no');
      expect(await run('SELECT id FROM items')).toEqual([{ id: 1 }]);
      expect(await scrape('database_transaction_duration_seconds_count')).toBe(
        ['commit', 'rollback']
          .map(
            (outcome) =>
              `database_transaction_duration_seconds_count{system="${driver.system}",outcome="${outcome}"} 1`,
          )
          .join('\n'),
      );
    });
  });
}
