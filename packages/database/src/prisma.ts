import { type AnyMethod, markMonitored } from '@telltale/core';
import { hasMethods, observerFor, peek, type Setup } from './integration.ts';
import type { QueryObserver, RunningQuery } from './observe-query.ts';
import { NO_TABLE } from './statement/operations.ts';

/** What Prisma hands to a query extension. */
interface PrismaCall {
  readonly model?: string;
  readonly operation: string;
  readonly args: unknown;
  readonly query: (args: unknown) => Promise<unknown>;
}

interface PrismaClientLike {
  readonly $extends: AnyMethod;
  readonly _activeProvider?: string;
  readonly _runtimeDataModel?: { readonly models?: Readonly<Record<string, { readonly dbName?: string | null }>> };
}

const SYSTEMS: Readonly<Record<string, string>> = {
  postgresql: 'postgres',
  cockroachdb: 'cockroachdb',
  sqlserver: 'mssql',
};

/** Operations by how Prisma's begin. */
const OPERATIONS: readonly (readonly [prefix: string, operation: string])[] = [
  ['find', 'SELECT'],
  ['aggregate', 'SELECT'],
  ['groupBy', 'SELECT'],
  ['count', 'SELECT'],
  ['create', 'INSERT'],
  ['update', 'UPDATE'],
  ['upsert', 'UPSERT'],
  ['delete', 'DELETE'],
];

const GIVES_ROW = /^(?:find|(?:create|update|upsert|delete)$)/;

/** Extended clients of ours, by the client that they extend. Shared by all copies of Telltale in a process. */
const EXTENDED = Symbol.for('telltale.v1.database.prisma');

/** Whether it is a client that Prisma generated. */
export function isPrisma(thing: object): boolean {
  return hasMethods(thing, '$extends', '$connect', '$disconnect', '$transaction');
}

/** A client that does as the given one does, and is observed until that ends. The same for the same client meanwhile. */
export function extendPrisma(client: PrismaClientLike & { [EXTENDED]?: object }, setup: Setup): object {
  if (client[EXTENDED] !== undefined) return client[EXTENDED];
  const provider = client._activeProvider ?? 'prisma';
  const observer = observerFor(setup, SYSTEMS[provider] ?? provider);
  const models = client._runtimeDataModel?.models ?? {};
  let isObserved = true;
  const extended: object = client.$extends({
    name: 'telltale',
    query: {
      $allOperations: ({ model, operation, args, query }: PrismaCall) => {
        if (!isObserved) return query(args);
        const running = start(observer, operation, model && (models[model]?.dbName || model), args);
        return observed(running, () => query(args), model === undefined ? '' : operation);
      },
    },
  });
  const both = [client, extended];
  for (const each of both) Object.defineProperty(each, EXTENDED, { value: extended, configurable: true });
  const ends = both.map((each) =>
    markMonitored(each, setup.monitor, () => {
      isObserved = false;
      Reflect.deleteProperty(each, EXTENDED);
      for (const end of ends) end();
    }),
  );
  return extended;
}

function start(observer: QueryObserver, operation: string, table: string | undefined, args: unknown) {
  if (table === undefined) return observer.start(rawText(args));
  const label = OPERATIONS.find(([prefix]) => operation.startsWith(prefix))?.[1] ?? 'other';
  return observer.startKnown(label, table ?? NO_TABLE, `${table}.${operation}`);
}

async function observed(
  running: RunningQuery | undefined,
  query: () => Promise<unknown>,
  operation: string,
): Promise<unknown> {
  try {
    const result = await query();
    running?.end({ rows: rowsOf(result, operation) });
    return result;
  } catch (error) {
    running?.fail(error);
    throw error;
  }
}

/** A model's operations give a list, a row or `null`; some give numbers instead. `operation` is '' for raw statements. */
function rowsOf(result: unknown, operation: string): number | undefined {
  if (Array.isArray(result)) return result.length;
  if (result === null) return 0;
  return typeof result === 'object' && GIVES_ROW.test(operation) ? 1 : undefined;
}

/** `$queryRaw` has the parts between the values, `$queryRawUnsafe` the text. */
function rawText(args: unknown): unknown {
  if (Array.isArray(args)) return typeof args[0] === 'string' ? args[0] : rawText(args[0]);
  const { strings, raw } = (args ?? {}) as { strings?: readonly string[]; raw?: readonly string[] };
  return (strings ?? raw)?.join('?') ?? peek(Object(args), 'sql');
}
