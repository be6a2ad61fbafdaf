import { currentContext, type Monitor } from '@telltale/core';
import type { SpanLike, TelemetryLike } from './bullmq-like.ts';
import { carriedHeaders, parseMetadata } from './job-context.ts';
import type { AddObserver, PendingAdd } from './observe-adds.ts';

/** BullMQ's names of what it tells a span. */
const JOB_ID = 'bullmq.job.id';
const BULK_NAMES = 'bullmq.job.bulk.names';

const OUTSIDE = {};

/**
 * A `telemetry` for a queue or flow that carries Telltale's context with every job. One that the service has of its
 * own is asked first, for everything, and gets what it put into a job back as it was; ours goes beside it.
 *
 * Without an observer it carries and counts nothing: what a flow adds is known to whoever calls it.
 */
export function carryingTelemetry(
  monitor: Monitor,
  theirs: TelemetryLike | undefined,
  observer?: AddObserver,
): TelemetryLike {
  const { errors } = monitor;
  if (theirs === undefined) {
    return {
      tracer: {
        startSpan: (name) =>
          observer === undefined ? noSpan : errors.guard('queue', () => addSpan(name, observer), noSpan),
      },
      contextManager: {
        with: (_context, fn) => fn(),
        active: () => currentContext() ?? OUTSIDE,
        getMetadata: () => errors.guard('queue', ownMetadata, '{}'),
        fromMetadata: (active) => active,
      },
    };
  }
  const { tracer, contextManager } = theirs;
  return {
    tracer: {
      startSpan(name, options, context) {
        const span = tracer.startSpan(name, options, context);
        if (observer === undefined) return span;
        const add = errors.guard('queue', () => addSpan(name, observer), noSpan);
        return add === noSpan ? span : bothSpans(span, add);
      },
    },
    contextManager: {
      with: (context, fn) => contextManager.with(context, fn),
      active: () => contextManager.active(),
      ...(contextManager.root && { root: () => contextManager.root!() }),
      getMetadata: (context) => {
        const metadata = contextManager.getMetadata(context);
        return errors.guard('queue', () => joinMetadata(metadata), metadata);
      },
      fromMetadata: (active, metadata) => contextManager.fromMetadata(active, metadata),
    },
    get meter() {
      return theirs.meter;
    },
  };
}

/** Never empty: BullMQ would take an empty one for none, and a scheduler's jobs then what is active by chance. */
function ownMetadata(): string {
  return JSON.stringify(carriedHeaders());
}

/** Ours beside theirs, which a worker without Telltale must be able to read: into an object, not round it. */
function joinMetadata(theirs: string | undefined): string | undefined {
  if (!theirs) return ownMetadata();
  const parsed = parseMetadata(theirs);
  return parsed === undefined ? theirs : JSON.stringify({ ...carriedHeaders(), ...parsed });
}

const noSpan: SpanLike = {
  setSpanOnContext: (context) => context,
  setAttribute() {},
  setAttributes() {},
  addEvent() {},
  recordException() {},
  end() {},
};

/** The span of `add` or `addBulk`; BullMQ names them `add <queue>.<job>` and `addBulk <queue>`. */
function addSpan(name: string, observer: AddObserver): SpanLike {
  if (name.startsWith('add ')) return new AddSpan(observer, name.slice('add .'.length + observer.queueName.length));
  return name.startsWith('addBulk ') ? new AddSpan(observer, undefined) : noSpan;
}

class AddSpan implements SpanLike {
  readonly #add: PendingAdd;
  readonly #job: string | undefined;
  #jobs: readonly unknown[] = [];
  #error: unknown;
  #failed = false;

  constructor(observer: AddObserver, job: string | undefined) {
    this.#add = observer.start(job);
    this.#job = job;
  }

  setSpanOnContext(context: unknown): unknown {
    return context;
  }

  setAttribute(): void {}

  setAttributes(attributes: Readonly<Record<string, unknown>>): void {
    const names = attributes[BULK_NAMES];
    if (Array.isArray(names)) this.#jobs = names;
    else if (attributes[JOB_ID] !== undefined) this.#jobs = [this.#job];
  }

  addEvent(): void {}

  recordException(error: unknown): void {
    this.#failed = true;
    this.#error = error;
  }

  end(): void {
    if (this.#failed) this.#add.failed(this.#error);
    else this.#add.added(this.#jobs);
  }
}

function bothSpans(theirs: SpanLike, ours: SpanLike): SpanLike {
  return {
    setSpanOnContext: (context) => theirs.setSpanOnContext(context),
    setAttribute: (key, value) => theirs.setAttribute(key, value),
    setAttributes(attributes) {
      ours.setAttributes(attributes);
      theirs.setAttributes(attributes);
    },
    addEvent: (name, attributes) => theirs.addEvent(name, attributes),
    recordException(error, time) {
      ours.recordException(error);
      theirs.recordException(error, time);
    },
    end() {
      ours.end();
      theirs.end();
    },
  };
}
