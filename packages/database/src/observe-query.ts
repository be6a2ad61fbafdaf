import { type Context, currentContext, exemplarOf, type Monitor, type Operation, writesDebug } from '@telltale/core';
import { type DatabaseMetrics, databaseMetricsOf, type StatementSeries } from './database-metrics.ts';
import { errorCode } from './error-code.ts';
import type { DatabaseConfig } from './options.ts';
import { about, logQuery, logRepetition, logSlow, nameOf } from './query-log.ts';
import { countRepetition, countsRepetition } from './repeated-statements.ts';
import type { StatementFacts } from './statement/scan.ts';
import { Statement, Statements } from './statement/statements.ts';
import type { ConnectionWatch } from './transactions.ts';

/** What a statement came to. */
export interface QueryEnd {
  /** Rows that it gave back; `undefined` where that is not known. */
  readonly rows?: number | undefined;
  readonly failed?: boolean;
  readonly error?: unknown;
  /** It was a COMMIT, and the server rolled back. */
  readonly undone?: boolean;
  /** Whether the server said with its answer that a transaction is open. */
  readonly inTransaction?: boolean | undefined;
}

/** What of the configuration the observer goes by. */
type ObserverConfig = Pick<DatabaseConfig, 'slowQueryMs' | 'repeatedStatements'>;

let databases = 0;

/** Observes the statements that go to one database: metrics, log lines, repeated statements, operations. */
export class QueryObserver {
  readonly monitor: Monitor;
  readonly metrics: DatabaseMetrics;
  readonly system: string;
  /** Whom a caller named; otherwise the monitor's own service, whose name may come after the first statements. */
  readonly #given: string | undefined;
  #service: string;
  /** What tells its statements from those of other databases. */
  readonly #database: string;
  readonly #config: ObserverConfig;
  #statements: Statements<StatementSeries>;

  /** @throws {TelltaleError} where the registry has another metric of one of the names. */
  constructor(monitor: Monitor, config: ObserverConfig, system: string, service?: string) {
    this.monitor = monitor;
    this.metrics = databaseMetricsOf(monitor);
    this.system = system;
    this.#given = service;
    this.#service = service ?? monitor.identity.service;
    this.#database = service === undefined ? String(++databases) : `${service} ${system}`;
    this.#config = config;
    this.#statements = this.#noStatements();
  }

  /** Begins to observe a statement; never throws. `undefined` where that failed. */
  start(text: unknown, connection?: ConnectionWatch): RunningQuery | undefined {
    try {
      this.#heedServiceName();
      return this.begin(this.#statements.of(typeof text === 'string' ? text : ''), connection);
    } catch (error) {
      this.monitor.errors.report('database', error);
      return undefined;
    }
  }

  /** The same for what is known without reading: an ORM's call, which is shown as `shown`. */
  startKnown(operation: string, table: string, shown: string): RunningQuery | undefined {
    return this.#startOf(operation, table, (facts, kept) => ({ facts, kept, normalised: shown, fingerprint: shown }));
  }

  /** The same for a query that is measured by hand, with its text or ''. */
  startTracked(operation: string, table: string, text: string): RunningQuery | undefined {
    return this.#startOf(operation, table, (facts, kept) => new Statement(text, this.system, facts, kept));
  }

  #startOf(
    operation: string,
    table: string,
    make: (facts: StatementFacts, kept: StatementSeries) => ObservedStatement,
  ): RunningQuery | undefined {
    try {
      this.#heedServiceName();
      const facts: StatementFacts = { operation, table, transaction: [] };
      return this.begin(make(facts, this.#seriesOf(facts)), undefined);
    } catch (error) {
      this.monitor.errors.report('database', error);
      return undefined;
    }
  }

  begin(statement: ObservedStatement, connection: ConnectionWatch | undefined): RunningQuery {
    const { config, operations } = this.monitor;
    const running = new RunningQuery(this, statement, connection, config.clock.monotonic(), currentContext());
    if (operations.active) running.operation = this.#startOperation(statement, running.context);
    return running;
  }

  /** Takes the end of a statement; never throws. */
  end(running: RunningQuery, { rows, failed = false, error, undone = false, inTransaction }: QueryEnd): void {
    const { monitor, metrics } = this;
    try {
      const { statement, context, startedAt, operation } = running;
      const { kept: series, facts } = statement;
      const durationMs = monitor.config.clock.monotonic() - startedAt;
      series.queries.inc();
      series.duration.observe(durationMs / 1000, exemplarOf(monitor, context));
      if (rows !== undefined && rows > 0) series.rows.inc(rows);
      if (failed) metrics.countError(series, errorCode(error));
      running.connection?.note(facts.transaction, { startedAt, failed, undone, inTransaction });
      if (context !== undefined) {
        context.addFigure('database_queries', 1);
        if (this.#config.repeatedStatements > 0 && countsRepetition(facts.operation)) {
          this.#watchRepetition(statement, context);
        }
      }
      const { slowQueryMs } = this.#config;
      if (durationMs > slowQueryMs) {
        metrics.slow.labels(...series.labels).inc();
        logSlow(monitor.logger, running, durationMs, rows, slowQueryMs);
      }
      if (writesDebug(monitor.logger)) {
        logQuery(monitor.logger, running, durationMs, rows, failed ? errorCode(error) : undefined);
      }
      if (operation !== undefined) endOperation(monitor, operation, durationMs, rows, failed, error);
    } catch (problem) {
      monitor.errors.report('database', problem);
    }
  }

  transactionEnded(outcome: string, startedAt: number): void {
    const seconds = (this.monitor.config.clock.monotonic() - startedAt) / 1000;
    this.metrics.transactions.labels(this.#service, this.system, outcome).observe(seconds);
  }

  #noStatements(): Statements<StatementSeries> {
    return new Statements(this.system, (facts) => this.#seriesOf(facts));
  }

  #heedServiceName(): void {
    const service = this.#given ?? this.monitor.identity.service;
    if (service === this.#service) return;
    this.#service = service;
    this.#statements = this.#noStatements();
  }

  #seriesOf({ operation, table }: StatementFacts): StatementSeries {
    return this.metrics.seriesOf(this.#service, this.system, operation, table);
  }

  #watchRepetition(statement: ObservedStatement, context: Context): void {
    const { repeatedStatements: threshold } = this.#config;
    const { fingerprint } = statement;
    const count = fingerprint === '' ? 0 : countRepetition(context, `${this.#database} ${fingerprint}`);
    if (count !== threshold + 1) return;
    this.metrics.repeated.labels(...statement.kept.labels).inc();
    logRepetition(this.monitor.logger, statement, context, count, threshold);
  }

  #startOperation(statement: ObservedStatement, context: Context | undefined): Operation {
    const { operations, config } = this.monitor;
    const operation: Operation = {
      kind: 'database',
      name: nameOf(statement),
      context,
      startedAt: config.clock.now(),
      attributes: { ...about(statement) },
    };
    operations.start(operation);
    return operation;
  }
}

/** What the observer needs to know of a statement. */
export type ObservedStatement = Pick<Statement<StatementSeries>, 'facts' | 'kept' | 'normalised' | 'fingerprint'>;

/** A statement that runs. */
export class RunningQuery {
  readonly statement: ObservedStatement;
  readonly connection: ConnectionWatch | undefined;
  readonly startedAt: number;
  readonly context: Context | undefined;
  operation: Operation | undefined;
  readonly #observer: QueryObserver;
  #ended = false;

  constructor(
    observer: QueryObserver,
    statement: ObservedStatement,
    connection: ConnectionWatch | undefined,
    startedAt: number,
    context: Context | undefined,
  ) {
    this.#observer = observer;
    this.statement = statement;
    this.connection = connection;
    this.startedAt = startedAt;
    this.context = context;
  }

  /** Ends it; only the first call counts. Never throws. */
  end(end: QueryEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#observer.end(this, end);
  }

  fail(error: unknown): void {
    this.end({ failed: true, error });
  }
}

function endOperation(
  monitor: Monitor,
  operation: Operation,
  durationMs: number,
  rows: number | undefined,
  failed: boolean,
  error: unknown,
): void {
  operation.durationMs = durationMs;
  operation.outcome = failed ? 'error' : 'ok';
  operation.attributes.rows = rows;
  if (failed) {
    operation.error = error;
    operation.attributes.error_code = errorCode(error);
  }
  monitor.operations.end(operation);
}
