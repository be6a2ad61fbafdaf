/** The parts of a BullMQ job that Telltale reads. */
export interface JobLike {
  readonly id?: string | undefined;
  readonly name: string;
  readonly queueName?: string;
  readonly timestamp: number;
  readonly processedOn?: number | undefined;
  readonly finishedOn?: number | undefined;
  readonly attemptsMade: number;
  readonly attemptsStarted?: number;
  /** The scheduler that made the job. */
  readonly repeatJobKey?: string | undefined;
  readonly opts: {
    readonly attempts?: number | undefined;
    readonly delay?: number | undefined;
    // biome-ignore lint/suspicious/noExplicitAny: its shape differs between the versions
    readonly telemetry?: any;
    /** What BullMQ 5 calls the telemetry's metadata in a sandboxed processor. */
    readonly tm?: unknown;
  };
}

/** What a BullMQ worker, queue or flow is known by. */
export interface WorkerLike {
  readonly name: string;
  readonly concurrency: number;
  isRunning(): boolean;
  isPaused(): boolean;
}

/** What a BullMQ queue is known by. */
export interface QueueLike {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a queue's own generic types say more
  add(...args: any[]): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  addBulk(jobs: any[]): Promise<unknown>;
}

/** What a BullMQ flow producer is known by. */
export interface FlowProducerLike {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  add(flow: any, options?: any): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  addBulk(flows: any[]): Promise<unknown>;
}

/** A queue or worker as the holder of a connection, in BullMQ 6 (`backend`) or 5 (`client`). */
export interface Connected {
  readonly name: string;
  readonly qualifiedName?: string;
  readonly closing?: unknown;
  readonly closed?: boolean;
  readonly client?: unknown;
  readonly backend?: {
    readonly client?: unknown;
    readonly queueName?: string;
    readonly connection?: { readonly isClosing?: unknown };
    query?(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
  };
  toKey(type: string): string;
}

/** A span as BullMQ uses it. */
export interface SpanLike {
  setSpanOnContext(context: unknown): unknown;
  setAttribute(key: string, value: unknown): void;
  setAttributes(attributes: Readonly<Record<string, unknown>>): void;
  addEvent(name: string, attributes?: Readonly<Record<string, unknown>>): void;
  recordException(error: unknown, time?: unknown): void;
  end(): void;
}

/** BullMQ's `telemetry` option. */
export interface TelemetryLike {
  readonly tracer: {
    startSpan(name: string, options?: { readonly kind: number }, context?: unknown): SpanLike;
  };
  readonly contextManager: {
    with(context: unknown, fn: () => unknown): unknown;
    active(): unknown;
    root?(): unknown;
    getMetadata(context: unknown): string | undefined;
    fromMetadata(active: unknown, metadata: string): unknown;
  };
  readonly meter?: unknown;
}
