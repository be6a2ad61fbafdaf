import {
  boundedLabel,
  type Counter,
  type CounterSeries,
  type Gauge,
  type Histogram,
  type HistogramSeries,
  type Instruments,
  type Monitor,
  monitorPart,
} from '@telltale/core';
import { databaseMetrics } from './metrics.ts';

/** Past so many tables, new ones are `other`. */
const MAX_TABLES = 200;
/** Past so many codes of errors (a procedure can raise any), new ones are `other`. */
const MAX_CODES = 100;

type QueryLabels = (typeof databaseMetrics)['queries']['labelNames'];

/** The series of one operation on one table. */
export interface StatementSeries {
  readonly labels: readonly [service: string, system: string, operation: string, table: string];
  readonly queries: CounterSeries;
  readonly duration: HistogramSeries;
  readonly rows: CounterSeries;
}

/** How full a pool is: connections in use and not, callers in line, and how many connections it may open. */
interface PoolNumbers {
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

/** A pool, as the gauges see it. */
export interface PoolReader {
  readonly name: string;
  /** Reads the numbers of now; `undefined` when the pool has ended. */
  read(): PoolNumbers | undefined;
}

/** The database instruments of one monitor, with the bounds on what becomes a label. */
export class DatabaseMetrics {
  readonly slow: Counter<QueryLabels>;
  readonly repeated: Counter<QueryLabels>;
  readonly errors: Counter<(typeof databaseMetrics)['errors']['labelNames']>;
  readonly transactions: Histogram<(typeof databaseMetrics)['transactions']['labelNames']>;
  readonly poolWait: Histogram<readonly ['pool']>;
  readonly held: Histogram<readonly ['pool']>;
  readonly heldTooLong: Counter<readonly ['pool']>;
  readonly #queries: Counter<QueryLabels>;
  readonly #duration: Histogram<QueryLabels>;
  readonly #rows: Counter<QueryLabels>;
  readonly #connections: Gauge<readonly ['pool', 'state']>;
  readonly #maxConnections: Gauge<readonly ['pool']>;
  readonly #tables = boundedLabel(MAX_TABLES);
  readonly #codes = boundedLabel(MAX_CODES);
  readonly #pools = new Set<PoolReader>();

  constructor(instruments: Instruments) {
    this.#queries = instruments.counter(databaseMetrics.queries);
    this.#duration = instruments.histogram(databaseMetrics.duration);
    this.#rows = instruments.counter(databaseMetrics.rows);
    this.slow = instruments.counter(databaseMetrics.slow);
    this.repeated = instruments.counter(databaseMetrics.repeated);
    this.errors = instruments.counter(databaseMetrics.errors);
    this.transactions = instruments.histogram(databaseMetrics.transactions);
    this.poolWait = instruments.histogram(databaseMetrics.poolWait);
    this.held = instruments.histogram(databaseMetrics.held);
    this.heldTooLong = instruments.counter(databaseMetrics.heldTooLong);
    this.#maxConnections = instruments.gauge(databaseMetrics.maxConnections);
    this.#connections = instruments.gauge({ ...databaseMetrics.connections, collect: () => this.#readPools() });
  }

  seriesOf(service: string, system: string, operation: string, name: string): StatementSeries {
    const labels = [service, system, operation, this.#tables(name)] as const;
    return {
      labels,
      queries: this.#queries.labels(...labels),
      duration: this.#duration.labels(...labels),
      rows: this.#rows.labels(...labels),
    };
  }

  countError(series: StatementSeries, code: string): void {
    this.errors.labels(...series.labels, this.#codes(code)).inc();
  }

  /** Shows a pool in the gauges from now on. Returns the function that ends that. */
  addPool(pool: PoolReader): () => void {
    this.#pools.add(pool);
    return () => this.#removePool(pool);
  }

  #removePool(pool: PoolReader): void {
    if (!this.#pools.delete(pool)) return;
    for (const state of ['active', 'idle', 'waiting']) this.#connections.remove({ pool: pool.name, state });
    this.#maxConnections.remove({ pool: pool.name });
  }

  /** A name for a pool that no other has: a second `orders` is `orders-2`. */
  freePoolName(wanted: string): string {
    const taken = new Set([...this.#pools].map(({ name }) => name));
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted}-${i}`;
    return name;
  }

  #readPools(): void {
    for (const pool of this.#pools) {
      const numbers = pool.read();
      if (numbers === undefined) {
        this.#removePool(pool);
        continue;
      }
      const { active, idle, waiting, max } = numbers;
      this.#connections.labels(pool.name, 'active').set(active);
      this.#connections.labels(pool.name, 'idle').set(idle);
      this.#connections.labels(pool.name, 'waiting').set(waiting);
      this.#maxConnections.labels(pool.name).set(max);
    }
  }
}

/**
 * The monitor's database instruments, made when they are first asked for.
 *
 * @throws {TelltaleError} where the registry has another metric of one of the names.
 */
export const databaseMetricsOf: (monitor: Monitor) => DatabaseMetrics = monitorPart(
  'database',
  ({ instruments }) => new DatabaseMetrics(instruments),
);
