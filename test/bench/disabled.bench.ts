import type { IncomingMessage, ServerResponse } from 'node:http';
import { createMonitor, trackCounter, trackTiming } from '@telltale/core';
import promClient from 'prom-client';
import { setupMonitoring } from 'telltale';
import { atMost, type Bench, expectEqual, timingRows } from './report.ts';
import { added, interleave, type Variant } from './rounds.ts';

/** One operation is one call. */
export const bench: Bench = {
  title: 'Disabled (enabled: false)',
  async run() {
    const registry = new promClient.Registry();
    const monitor = createMonitor({ enabled: false, registry });
    const middleware = setupMonitoring({ enabled: false, registry });
    const counter = monitor.instruments.counter({ name: 'bench_total', help: 'Counts.', labelNames: ['kind'] });
    const histogram = monitor.instruments.histogram({ name: 'bench_seconds', help: 'Times.', labelNames: ['kind'] });
    const held = counter.labels('a');
    const request = {} as IncomingMessage;
    const response = {} as ServerResponse;

    const timings = await interleave(
      [
        repeat('empty function', (next) => empty(request, response, next)),
        repeat('middleware', (next) => middleware(request, response, next)),
        repeat('counter.inc', (next) => next(held.inc())),
        repeat('labels + inc + observe', (next) => {
          counter.labels('a').inc();
          next(histogram.labels('a').observe(1));
        }),
        repeat('trackTiming', trackTiming(call, { monitor })),
        repeat('trackCounter', trackCounter(call, { monitor })),
      ],
      { rounds: 40 },
    );
    expectEqual('metrics in the registry', registry.getMetricsAsArray().length, 0);
    const [bare, ...ours] = timings;
    return {
      rows: timingRows(timings, 'ns', bare!).map((row, i) => ({
        ...row,
        'added ns': added(timings[i]!, bare!) * 1000,
      })),
      goals: [
        atMost(
          10,
          'nothing measurable: each adds at most 10 ns to an empty call (the most of them)',
          Math.max(...ours.map((timing) => added(timing, bare!) * 1000)),
        ),
      ],
    };
  },
};

type Next = (nothing?: unknown) => void;

function empty(_request: unknown, _response: unknown, next: Next): void {
  next();
}

function call(next: Next): void {
  next();
}

/** A variant whose operation calls `next` once. */
function repeat(name: string, operation: (next: Next) => void): Variant {
  return {
    name,
    run(count) {
      let calls = 0;
      const next = (): void => {
        calls++;
      };
      for (let i = 0; i < count; i++) operation(next);
      expectEqual(`calls of ${name}`, calls, count);
    },
  };
}
