import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { DEFAULT_BUCKETS } from '@telltale/core';

const BOUNDS = Float64Array.from(DEFAULT_BUCKETS);
const BATCH = 8_192;

/** One request under way. */
export interface HandWrittenRequest {
  readonly id: string;
  readonly startedAt: number;
}

/**
 * Monitoring as somebody would write it by hand for one service, if nothing mattered but speed: a context with a
 * correlation ID, a counter and a histogram by method, route and status in typed arrays, and one JSON line. It
 * watches for no aborts, sizes, errors or secrets, and bounds nothing.
 */
export class HandWritten {
  readonly storage = new AsyncLocalStorage<HandWrittenRequest>();
  requests = 0;
  readonly #cells = new Float64Array(1_024);
  readonly #offsets = new Map<string, Map<string, Map<number, number>>>();
  readonly #file: number;
  #next = 0;
  #text = '';
  #second = 0;
  #secondText = '';

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  start(inbound: string | string[] | undefined): HandWrittenRequest {
    return { id: typeof inbound === 'string' ? inbound : randomUUID(), startedAt: performance.now() };
  }

  end({ id, startedAt }: HandWrittenRequest, method: string, route: string, url: string, status: number): void {
    const durationMs = performance.now() - startedAt;
    const offset = this.#offsetOf(method, route, status);
    let bucket = 0;
    while (bucket < BOUNDS.length && durationMs / 1000 > BOUNDS[bucket]!) bucket++;
    this.#cells[offset]! += 1;
    this.#cells[offset + 1 + bucket]! += 1;
    this.#cells[offset + 2 + BOUNDS.length]! += durationMs / 1000;
    this.requests++;
    this.#text +=
      `{"timestamp":"${this.#timestamp()}","level":"INFO","service":"bench","environment":"bench",` +
      `"message":"${method} ${url} ${status}","event_type":"response","correlation_id":"${id}","method":"${method}",` +
      `"path":"${url}","route":"${route}","status_code":${status},"duration_ms":${Math.round(durationMs * 100) / 100}}\n`;
    if (this.#text.length >= BATCH) this.flush();
  }

  flush(): void {
    writeSync(this.#file, this.#text);
    this.#text = '';
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }

  #offsetOf(method: string, route: string, status: number): number {
    let ofRoute = this.#offsets.get(route);
    if (ofRoute === undefined) this.#offsets.set(route, (ofRoute = new Map()));
    let ofMethod = ofRoute.get(method);
    if (ofMethod === undefined) ofRoute.set(method, (ofMethod = new Map()));
    let offset = ofMethod.get(status);
    if (offset === undefined) {
      ofMethod.set(status, (offset = this.#next));
      this.#next += BOUNDS.length + 3;
    }
    return offset;
  }

  #timestamp(): string {
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = new Date(second * 1000).toISOString().slice(0, 20);
    }
    return `${this.#secondText}${String(now % 1000).padStart(3, '0')}Z`;
  }
}
