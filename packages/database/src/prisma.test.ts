import { PrismaPg } from '@prisma/adapter-pg';
import { unmonitor } from '@telltale/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { observed } from '../../../test/contracts/database/observed.ts';
import { databaseContract, type Run } from '../../../test/contracts/database.ts';
import { testMonitor } from '../../../test/test-monitor.ts';
import { numbered, onPostgres } from '../test/postgres.ts';
import { type GeneratedPrisma, generatePrisma, type PrismaClient } from '../test/prisma-client.ts';
import { monitorClient } from './monitor-database.ts';

/** Takes a second, so it is done once. */
let generated: GeneratedPrisma;
beforeAll(async () => {
  generated = await generatePrisma();
});
afterAll(() => generated.remove());

const driver = onPostgres(
  'Prisma 7, raw statements',
  async (connectionString, options, times) => {
    const original = new generated.PrismaClient({ adapter: new PrismaPg({ connectionString }) });
    let client = original;
    for (let i = 0; i < times; i++) client = monitorClient(client, options);
    // Prisma's promises begin when they are awaited.
    const run: Run = async (sql, values = []) => client.$queryRawUnsafe(numbered(sql), ...values);
    return {
      thing: client,
      run,
      transaction: (work) =>
        client.$transaction((within) => work((sql, values = []) => within.$queryRawUnsafe(numbered(sql), ...values))),
      close: () => original.$disconnect(),
    };
  },
  { transactions: false, duplicateCode: '23505' },
);
databaseContract(driver);

it("measures a model's calls by the table of the model", async () => {
  await driver.setUp();
  const { thing, samples, log } = await observed(driver);
  const prisma = thing as PrismaClient;
  expect(await prisma.item.create({ data: { id: 1, name: 'a' } })).toEqual({ id: 1, name: 'a' });
  expect(await prisma.item.findMany()).toHaveLength(1);
  expect(await prisma.item.findUnique({ where: { id: 2 } })).toBeNull();
  const id = { where: { id: 3 }, create: { id: 3, name: 'c' }, update: {} };
  const batch: Promise<unknown>[] = [prisma.item.upsert(id), prisma.item.count()];
  expect(await prisma.$transaction(batch)).toEqual([{ id: 3, name: 'c' }, 2]);
  await prisma.$transaction(async (within) => {
    expect(await within.item.count()).toBe(2);
    expect(await within.$queryRaw`SELECT id FROM items WHERE id = ${1}`).toEqual([{ id: 1 }]);
  });
  await expect(prisma.item.create({ data: { id: 1, name: 'again' } })).rejects.toMatchObject({ code: 'P2002' });
  expect(await samples('database_queries_total')).toEqual(['INSERT items = 2', 'SELECT items = 5', 'UPSERT items = 1']);
  expect(await samples('database_query_errors_total')).toEqual(['INSERT items,error_code="23505" = 1']);
  const rows = log().map(({ statement, rows }) => [statement, rows]);
  expect(rows).toContainEqual(['items.create', 1]);
  expect(rows).toContainEqual(['items.findMany', 1]);
  expect(rows).toContainEqual(['items.findUnique', 0]);
  expect(rows).toContainEqual(['items.upsert', 1]);
  expect(rows).toContainEqual(['items.count', undefined]);
  expect(await prisma.item.findUnique({ where: { id: 3 } })).toEqual({ id: 3, name: 'c' });
  expect(log().at(-1)).toMatchObject({ statement: 'items.findUnique', rows: 1 });
  expect(prisma.item.findMany()[Symbol.toStringTag]).toBe('PrismaPromise');
});

it('gives the same extended client for the same client, and for that itself', async () => {
  const { PrismaClient } = generated;
  const { monitor } = testMonitor();
  const original = new PrismaClient({ adapter: new PrismaPg({ connectionString: 'postgres://127.0.0.1/nowhere' }) });
  const options = { monitor };
  const extended = monitorClient(original, options);
  expect(extended).not.toBe(original);
  expect(monitorClient(original, options)).toBe(extended);
  expect(monitorClient(extended, options)).toBe(extended);
});

it('is observed by another monitor when the first is closed, and by none between', async () => {
  await driver.setUp();
  const first = await observed(driver);
  const extended = first.thing as PrismaClient;
  await extended.item.count();
  const { length } = first.log();
  await first.monitor.close();
  await extended.item.count();
  expect(first.log()).toHaveLength(length);
  const second = testMonitor();
  const again = monitorClient(extended, { monitor: second.monitor });
  await again.item.count();
  expect(await second.scrape('database_queries_total')).toMatch(/operation="SELECT",table="items"\} 1$/);
  unmonitor(again);
  await again.item.count();
  expect(await second.scrape('database_queries_total')).toMatch(/operation="SELECT",table="items"\} 1$/);
});
