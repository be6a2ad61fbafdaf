import type { IncomingMessage, ServerResponse } from 'node:http';
import { boundedLabel, type Monitor } from '@telltale/core';
import type { RequestLabel } from './options.ts';

/** Longer values of a label are cut. */
const MAX_LENGTH = 128;
const NONE: readonly string[] = [];

/** Reads the user's own labels of a request. Each is guarded, and bounded in number and length. */
export class CustomLabels {
  readonly names: readonly string[];
  readonly #monitor: Monitor;
  readonly #labels: readonly { readonly read: RequestLabel; readonly bound: (value: string) => string }[];

  constructor(monitor: Monitor, labels: Readonly<Record<string, RequestLabel>>) {
    this.#monitor = monitor;
    this.names = Object.keys(labels);
    this.#labels = Object.values(labels).map((read) => ({ read, bound: boundedLabel() }));
  }

  /** A value for each name, in order. */
  valuesOf(request: IncomingMessage, response: ServerResponse): readonly string[] {
    if (this.#labels.length === 0) return NONE;
    return this.#labels.map(({ read, bound }) =>
      this.#monitor.errors.guard(
        'http',
        () => {
          const value: unknown = read(request, response);
          return value === undefined || value === null ? '' : bound(String(value).slice(0, MAX_LENGTH));
        },
        '',
      ),
    );
  }
}
