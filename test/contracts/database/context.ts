import { AsyncLocalStorage } from 'node:async_hooks';
import { currentContext, runWithContext } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import type { DatabaseDriver } from './driver.ts';
import { observed } from './observed.ts';

/** Whose work a statement is. */
export function databaseContextContract(driver: DatabaseDriver): void {
  describe('context', () => {
    it("is each caller's own, with twenty of them at once", async () => {
      const { run, log } = await observed(driver);
      const storage = new AsyncLocalStorage<number>();
      const callers = Array.from({ length: 20 }, (_, n) =>
        storage.run(n, () =>
          runWithContext({ correlationId: `request-${n}` }, async () => {
            await run('SELECT * FROM items WHERE id = ?', [n]);
            return [storage.getStore(), currentContext()?.correlationId, currentContext()?.figures];
          }),
        ),
      );
      expect(await Promise.all(callers)).toEqual(
        Array.from({ length: 20 }, (_, n) => [n, `request-${n}`, { database_queries: 1 }]),
      );
      const ids = log()
        .filter(({ message }) => message === 'SELECT items ended')
        .map(({ correlation_id }) => correlation_id);
      expect(ids.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `request-${n}`).toSorted());
    });

    it('is warned of once where it runs the same statement again and again', async () => {
      const { run, log, samples } = await observed(driver, { options: { repeatedStatements: 5 } });
      const origin = { kind: 'http', name: '/orders/:id' } as const;
      await runWithContext({ correlationId: 'n-plus-one', origin }, async () => {
        for (let id = 1; id <= 9; id++) await run(`SELECT * FROM items WHERE id = ${id}`);
        for (let i = 1; i <= 5; i++) await run('SELECT name FROM items');
      });
      const warnings = log().filter(({ level }) => level === 'WARNING');
      expect(warnings).toEqual([
        expect.objectContaining({
          message: 'SELECT items ran more than 5 times in one unit of work',
          correlation_id: 'n-plus-one',
          route: '/orders/:id',
          count: 6,
          statement: 'SELECT * FROM items WHERE id = ?',
        }),
      ]);
      expect(await samples('database_repeated_statements_total')).toEqual(['SELECT items = 1']);
    });
  });
}
