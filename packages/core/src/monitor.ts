import promClient from 'prom-client';
import { type CoreConfig, type CoreOptions, coreOptions, packageIdentity } from './config/core-options.ts';
import { resolveConfig } from './config/resolve.ts';
import type { ExpositionFormat } from './exposition/format.ts';
import { render } from './exposition/render.ts';
import { InternalErrors } from './internal-errors.ts';
import { LEVELS, type LogLevel } from './logger/levels.ts';
import { createLogger, type Logger } from './logger/logger.ts';
import { createSink } from './logger/sink.ts';
import { ownMetrics } from './metrics.ts';
import { Operations } from './operations.ts';
import type { CounterSeries } from './registry/counter.ts';
import { collectDefaultMetrics } from './registry/default-metrics.ts';
import { Instruments, type PrometheusRegistry } from './registry/instruments.ts';
import { slot } from './slot.ts';
import { TELLTALE_VERSION } from './version.ts';

/** Who the service is. */
export interface ServiceIdentity {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
}

/**
 * What everything hangs off: registry, instruments, logger, operations, configuration, and the end of it all. Most
 * processes have one, the default; `createMonitor` makes others.
 */
export class Monitor {
  readonly config: CoreConfig;
  readonly identity: ServiceIdentity;
  /** Every registry that a scrape shows; the first holds Telltale's instruments. */
  readonly registries: readonly PrometheusRegistry[];
  readonly instruments: Instruments;
  readonly logger: Logger;
  readonly operations: Operations;
  /** Takes Telltale's own failures; never throws. */
  readonly errors: InternalErrors;
  #closing: Promise<void> | undefined;
  readonly #closers: (() => void | Promise<void>)[] = [];

  constructor(config: CoreConfig) {
    this.config = config;
    const { enabled, clock, registry = promClient.register } = config;
    const fromPackage = config.serviceName && config.version ? {} : packageIdentity();
    this.identity = {
      service: config.serviceName ?? fromPackage.name ?? 'unknown_service',
      version: config.version ?? fromPackage.version ?? 'unknown',
      environment: config.environment,
    };
    this.registries = Array.isArray(registry) ? registry : [registry as PrometheusRegistry];
    this.errors = new InternalErrors(clock, {
      onError: config.onError,
      count: (component) => internalErrors.labels(component).inc(),
      log: (component, error, unwritten) =>
        this.logger.error(`Telltale failed inside (${component}); the service is not affected`, {
          event_type: 'system',
          component,
          error,
          ...(unwritten > 0 && { unwritten_failures: unwritten }),
        }),
    });
    this.instruments = new Instruments({
      registry: this.registries[0]!,
      enabled,
      seriesLimit: config.seriesLimit,
      now: clock.now,
      reportError: this.errors.report,
    });
    this.instruments.defaultLabels = { service: this.identity.service };
    this.operations = new Operations(this.errors.report);

    const internalErrors = this.instruments.counter(ownMetrics.internalErrors);
    const logMessages = this.instruments.counter(ownMetrics.logMessages);
    const logMessagesDropped = this.instruments.counter(ownMetrics.logMessagesDropped);
    const lineCounts = Object.fromEntries(LEVELS.map((level) => [level, logMessages.labels(level)])) as Record<
      LogLevel,
      CounterSeries
    >;
    const sink = createSink(config.logDestination, () => logMessagesDropped.inc());
    this.onClose(() => sink.close());
    this.logger = createLogger({
      identity: this.identity,
      level: config.logLevel,
      clock,
      sink,
      onLine: (level) => lineCounts[level].inc(),
      onError: (error) => this.errors.report('logger', error),
    });
    this.#describe();
    if (enabled && config.defaultMetrics) {
      this.onClose(collectDefaultMetrics(this.registries[0]!));
    }
  }

  get enabled(): boolean {
    return this.config.enabled;
  }

  /** Whether `close` was called: the service is on its way out and takes no more work. */
  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Everything in the registries, in chunks of the format. The event loop is never held for long. */
  async *scrape(format: ExpositionFormat = 'text'): AsyncGenerator<string, void, void> {
    if (this.config.seriesTtlSeconds > 0) this.instruments.sweep(this.config.seriesTtlSeconds * 1000);
    yield* render({
      registries: this.registries,
      format,
      defaultLabels: this.instruments.defaultLabels,
      reportError: (error) => this.errors.report('exposition', error),
    });
  }

  /** Calls `closer` when the monitor is closed, latest first. Returns a function that takes that back. */
  onClose(closer: () => void | Promise<void>): () => void {
    this.#closers.push(closer);
    return () => {
      const at = this.#closers.indexOf(closer);
      if (at >= 0) this.#closers.splice(at, 1);
    };
  }

  /**
   * Ends everything that was begun for this monitor and flushes the log. What it measured stays readable in its
   * instruments, but they leave the registry. Never rejects; calling it again waits for the same end.
   */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      for (const closer of this.#closers.splice(0).reverse()) {
        try {
          await closer();
        } catch (error) {
          this.errors.report('close', error);
        }
      }
      this.instruments.unregister();
      if (slot.monitor === this) delete slot.monitor;
    })();
    return this.#closing;
  }

  #describe(): void {
    const { version, environment } = this.identity;
    this.instruments.gauge(ownMetrics.buildInfo).labels(version, environment, TELLTALE_VERSION, process.version).set(1);
    const overflows = this.instruments.counter(ownMetrics.seriesOverflow);
    const told = new Set<string>();
    this.instruments.onOverflow((metric) => {
      overflows.labels(metric).inc();
      if (told.has(metric)) return;
      told.add(metric);
      this.logger.warning(`The metric ${metric} is at its series limit; new label sets share one series`, {
        event_type: 'system',
        metric,
      });
    });
  }
}

/**
 * A monitor of its own, beside the default one.
 *
 * @throws {ConfigError} naming every option that cannot be used.
 */
export function createMonitor(options: CoreOptions = {}, env: NodeJS.ProcessEnv = process.env): Monitor {
  return new Monitor(resolveConfig(coreOptions, options, env));
}

/**
 * The monitor that everything uses unless told otherwise, shared by every copy of Telltale in the process. Made from
 * the environment when it is first asked for; if that cannot be used, it says so once and goes by the defaults, since
 * by then the service is running.
 */
export function defaultMonitor(): Monitor {
  if (slot.monitor === undefined) {
    try {
      slot.monitor = createMonitor();
    } catch (error) {
      console.error(`${(error as Error).message}\nTelltale goes on with its defaults.`);
      slot.monitor = createMonitor({}, {});
    }
  }
  return slot.monitor;
}

/** Makes `monitor` the default one, where there is none yet; answers whether it now is. */
export function adoptDefaultMonitor(monitor: Monitor): boolean {
  slot.monitor ??= monitor;
  return slot.monitor === monitor;
}
