import { isDeepStrictEqual } from 'node:util';
import promClient from 'prom-client';
import { type CoreConfig, type CoreOptions, coreOptions, packageIdentity } from './config/core-options.ts';
import { resolveConfig } from './config/resolve.ts';
import type { ExpositionFormat } from './exposition/format.ts';
import { render } from './exposition/render.ts';
import { InternalErrors } from './internal-errors.ts';
import { toggleLevelBy } from './logger/level-signal.ts';
import { LEVELS, type LogLevel, type LogMethod } from './logger/levels.ts';
import { LineWriter } from './logger/line.ts';
import { createLogger, type Logger, type LogOutput } from './logger/logger.ts';
import { createView } from './logger/pretty.ts';
import { createSink } from './logger/sink.ts';
import { createThrottle, type HeldBack } from './logger/throttle.ts';
import { createMasker, type Masker } from './masking/masker.ts';
import { ownMetrics } from './metrics.ts';
import { Operations } from './operations.ts';
import type { CounterSeries } from './registry/counter.ts';
import { collectDefaultMetrics } from './registry/default-metrics.ts';
import { Instruments, type InstrumentsOptions, type PrometheusRegistry } from './registry/instruments.ts';
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
  readonly instruments: Instruments;
  readonly logger: Logger;
  readonly operations: Operations;
  /** Takes Telltale's own failures; never throws. */
  readonly errors: InternalErrors;
  #config: CoreConfig;
  #identity: ServiceIdentity;
  #closing: Promise<void> | undefined;
  #defaultMetrics: PrometheusRegistry | undefined;
  #masker!: Masker;
  #ignoreLevelSignal = (): void => {};
  readonly #output: LogOutput;
  readonly #closers: (() => void | Promise<void>)[] = [];

  constructor(config: CoreConfig) {
    this.#config = config;
    this.#identity = identify(config);
    this.errors = new InternalErrors(config.clock, {
      onError: (error, component) => this.config.onError?.(error, component),
      count: (component) => internalErrors.labels(component).inc(),
      log: (component, error, unwritten) => this.#logInternalError(component, error, unwritten),
    });
    this.instruments = new Instruments(this.#instrumentsOptions());
    this.operations = new Operations(this.errors.report);

    const internalErrors = this.instruments.counter(ownMetrics.internalErrors);
    const logMessages = this.instruments.counter(ownMetrics.logMessages);
    const lineCounts = Object.fromEntries(LEVELS.map((level) => [level, logMessages.labels(level)])) as Record<
      LogLevel,
      CounterSeries
    >;
    this.#output = this.#createOutput();
    this.logger = createLogger({
      level: config.logLevel,
      output: this.#output,
      onLine: (level) => lineCounts[level].inc(),
      onError: (error) => this.errors.report('logger', error),
    });
    this.#watchOverflows();
    this.#describe();
    this.#collectDefaultMetrics();
    this.#heedLevelSignal();
  }

  get config(): CoreConfig {
    return this.#config;
  }

  /** Decides what may be shown, wherever this monitor's data go. */
  get masker(): Masker {
    return this.#masker;
  }

  get identity(): ServiceIdentity {
    return this.#identity;
  }

  /** Every registry that a scrape shows; the first holds Telltale's instruments, the last the process's metrics. */
  get registries(): readonly PrometheusRegistry[] {
    const given = registriesOf(this.#config);
    return this.#defaultMetrics === undefined ? given : [...given, this.#defaultMetrics];
  }

  /**
   * Takes another configuration. Logger and instruments stay the same objects, so that what was made of this monitor
   * before goes on counting; a disabled monitor stays disabled.
   */
  configure(config: CoreConfig): void {
    this.#ignoreLevelSignal();
    this.#closeOutput();
    this.#config = config;
    this.#identity = identify(config);
    this.instruments.configure(this.#instrumentsOptions());
    Object.assign(this.#output, this.#createOutput());
    this.logger.level = config.logLevel.toLowerCase();
    this.#describe();
    this.#collectDefaultMetrics();
    this.#heedLevelSignal();
  }

  /** Changes what is logged from now on. An unknown name changes nothing and is reported to `onError`. */
  setLogLevel(level: LogLevel | LogMethod): void {
    this.logger.level = level;
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

  /** Writes the log lines that wait for company, which they do for some milliseconds: before a process is frozen. */
  flush(): void {
    this.#output.sink.flush();
  }

  /**
   * Ends everything that was begun for this monitor and flushes the log. What it measured stays readable in its
   * instruments, but they leave the registry. Never rejects; calling it again waits for the same end.
   */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      // The log stays open for what goes wrong with the others.
      const last = [() => this.#ignoreLevelSignal(), () => this.instruments.unregister(), () => this.#closeOutput()];
      for (const close of [...this.#closers.splice(0).reverse(), ...last]) {
        try {
          await close();
        } catch (error) {
          this.errors.report('close', error);
        }
      }
      if (slot.monitor === this) slot.monitor = undefined;
    })();
    return this.#closing;
  }

  #instrumentsOptions(): InstrumentsOptions {
    const { enabled, seriesLimit, clock } = this.#config;
    return {
      registry: this.registries[0]!,
      enabled,
      seriesLimit,
      defaultLabels: { service: this.#identity.service },
      now: clock.now,
      reportError: this.errors.report,
    };
  }

  #createOutput(): LogOutput {
    const { clock, logDestination, logFormat, logLayout, logSampling, logRateLimit, mask } = this.#config;
    const dropped = this.instruments.counter(ownMetrics.logMessagesDropped);
    const heldBack = this.instruments.counter(ownMetrics.logMessagesHeldBack);
    return {
      throttle: createThrottle({
        sampling: logSampling,
        rateLimit: logRateLimit,
        clock,
        onHold: (level, reason) => heldBack.labels(level, reason).inc(),
        onSecond: (lines, messages) => this.#logHeldBack(lines, messages),
      }),
      lines: new LineWriter(this.#identity, clock, (this.#masker = createMasker(mask)), logLayout),
      view: createView(logFormat, logDestination),
      sink: createSink(logDestination, {
        onDrop: (lines) => dropped.inc(lines),
        onRecovery: (lines) => this.#logLostLines(lines),
      }),
    };
  }

  #closeOutput(): void {
    this.#output.throttle?.close();
    this.#output.sink.close();
  }

  #heedLevelSignal(): void {
    const { enabled, logLevelSignal } = this.#config;
    this.#ignoreLevelSignal =
      enabled && logLevelSignal !== undefined ? toggleLevelBy(logLevelSignal, this.logger) : () => {};
  }

  #collectDefaultMetrics(): void {
    const { enabled, defaultMetrics } = this.#config;
    this.#defaultMetrics =
      enabled && defaultMetrics ? collectDefaultMetrics(registriesOf(this.#config)[0]!) : undefined;
  }

  #describe(): void {
    const { version, environment } = this.#identity;
    const buildInfo = this.instruments.gauge(ownMetrics.buildInfo);
    buildInfo.reset();
    buildInfo.labels(version, environment, TELLTALE_VERSION, process.version).set(1);
  }

  #watchOverflows(): void {
    const overflows = this.instruments.counter(ownMetrics.seriesOverflow);
    const told = new Set<string>();
    this.instruments.onOverflow((metric) => {
      // A limit of few series can be too few for this counter too.
      if (metric === overflows.name) return;
      overflows.labels(metric).inc();
      if (told.has(metric)) return;
      told.add(metric);
      this.logger.warning(`The metric ${metric} is at its series limit; new label sets share one series`, {
        event_type: 'system',
        metric,
      });
    });
  }

  #logLostLines(lines: number): void {
    this.logger.warning(`The log could not be written for a while; ${lines} lines are lost`, {
      event_type: 'system',
      lost_lines: lines,
    });
  }

  #logHeldBack(lines: number, messages: readonly HeldBack[]): void {
    // Not by a method: the throttle would have a say in this too.
    this.logger.write({
      level: 'warning',
      message: `Held back ${lines} log lines of the same messages within a second`,
      event_type: 'system',
      held_back: lines,
      messages,
    });
  }

  #logInternalError(component: string, error: unknown, unwritten: number): void {
    this.logger.error(`Telltale failed inside (${component}); the service is not affected`, {
      event_type: 'system',
      component,
      error,
      ...(unwritten > 0 && { unwritten_failures: unwritten }),
    });
  }
}

function identify(config: CoreConfig): ServiceIdentity {
  const fromPackage = config.serviceName && config.version ? {} : packageIdentity();
  return {
    service: config.serviceName ?? fromPackage.name ?? 'unknown_service',
    version: config.version ?? fromPackage.version ?? 'unknown',
    environment: config.environment,
  };
}

function registriesOf({ registry = promClient.register }: CoreConfig): readonly PrometheusRegistry[] {
  return Array.isArray(registry) ? registry : [registry as PrometheusRegistry];
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
 * the environment when it is first asked for, until `setUpMonitor` gives it its configuration; if the
 * environment cannot be used, it says so once and goes by the defaults, since by then the service is running. Where
 * even these do not work (the registry has other metrics of the same names), it is a disabled one. Never throws.
 */
export function defaultMonitor(): Monitor {
  if (slot.monitor !== undefined) return slot.monitor;
  slot.provisional = true;
  return settle(makeDefaultMonitor());
}

function makeDefaultMonitor(): Monitor {
  try {
    return createMonitor();
  } catch (error) {
    console.error(`${(error as Error).message}\nTelltale goes on with its defaults.`);
  }
  try {
    return createMonitor({}, {});
  } catch (error) {
    console.error(`${(error as Error).message}\nTelltale is disabled.`);
    return createMonitor({ enabled: false }, {});
  }
}

/**
 * The monitor for an application that is set up with this configuration: the default one, configured so by the first
 * call. A later call for another service or another registry gets a monitor of its own; one for the same service
 * gets the default one as it is.
 */
export function setUpMonitor(config: CoreConfig): Monitor {
  const { monitor, provisional } = slot;
  if (monitor === undefined || provisional) {
    monitor?.configure(config);
    slot.provisional = false;
    return monitor ?? settle(new Monitor(config));
  }
  const sameService = identify(config).service === monitor.identity.service;
  const sameRegistry = config.registry === undefined || registriesOf(config)[0] === monitor.registries[0];
  if (sameService && sameRegistry) {
    const ignored = Object.keys(config).filter((key) => !agree(config, monitor.config, key as keyof CoreConfig));
    if (ignored.length > 0) {
      monitor.logger.warning(`Set up again for the same service; its first options stay: ${ignored.join(', ')}`, {
        event_type: 'system',
      });
    }
    return monitor;
  }
  return new Monitor({ ...config, registry: config.registry ?? new promClient.Registry() });
}

/** Calls `callback` with the default monitor: at once, or as soon as there is one. */
export function whenMonitored(callback: (monitor: Monitor) => void): void {
  if (slot.monitor !== undefined) callback(slot.monitor);
  else (slot.waiting ??= []).push(callback);
}

function settle(monitor: Monitor): Monitor {
  slot.monitor = monitor;
  const waiting = slot.waiting ?? [];
  slot.waiting = undefined;
  for (const callback of waiting) monitor.errors.guard('monitor', () => callback(monitor), undefined);
  return monitor;
}

/** What was left out agrees with whatever was given before. */
function agree(config: CoreConfig, before: CoreConfig, key: keyof CoreConfig): boolean {
  const value = config[key];
  return value === undefined || value === coreOptions[key]?.default || isDeepStrictEqual(value, before[key]);
}
