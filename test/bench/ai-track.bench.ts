import { aiObserver, aiOptions, calculateAICost, configureAI, trackAICall } from '@telltale/ai';
import { createMonitor, type Monitor, resolveConfig, runWithContext } from '@telltale/core';
import promClient from 'prom-client';
import { LogFiles } from './log-files.ts';
import { atMost, type Bench, expectEqual, timingRows } from './report.ts';
import { added, interleave, type Timing, type Variant } from './rounds.ts';

const USAGE = { inputTokens: 1_200, outputTokens: 350, cachedInputTokens: 1_024 };
const CALL = { provider: 'openai', model: 'gpt-4o', operation: 'chat' };
const BUDGETS = [{ name: 'all', limitUsd: 1e8, per: 'month', onExceeded: 'block' }];

/** A variant that can say how much it has counted. */
interface Counted extends Variant {
  total(): number | Promise<number>;
}

/** One operation is one call of a model in a request, streamed: begun, a first token, its end with a usage. */
export const bench: Bench = {
  title: 'A tracked model call',
  async run() {
    const files = new LogFiles();
    const logging = monitorFor(files.path('log'));
    const variants: Counted[] = [
      nothing(),
      tracked('telltale, with its log line', logging, {}),
      tracked('telltale, metrics alone', monitorFor(files.path('metrics')), { logAICalls: false }),
      tracked('telltale, budget in memory', monitorFor(files.path('memory')), {
        ...{ logAICalls: false, budgets: BUDGETS, budgetFile: ':memory:' },
      }),
      tracked('telltale, budget in a file', monitorFor(files.path('file')), {
        ...{ logAICalls: false, budgets: BUDGETS, budgetFile: files.path('budgets.sqlite') },
      }),
      byHand(monitorFor(files.path('hand'))),
      promByHand(),
    ];
    const timings = await interleave(variants, { rounds: 40 });
    for (const [i, variant] of variants.entries()) {
      expectEqual(variant.name, await variant.total(), timings[i]!.operations);
    }
    logging.flush();
    files.check('log', timings[1]!.operations);
    files.remove();
    const [bare, logged, metrics] = timings as [Timing, Timing, Timing];
    return {
      rows: timingRows(timings, 'µs', bare).map((row, i) => ({ ...row, 'added µs': added(timings[i]!, bare) })),
      goals: [
        atMost(6, 'metrics, cost and figures of a call add at most 6 µs', added(metrics, bare)),
        atMost(15, 'with its log line at most 15 µs', added(logged, bare)),
      ],
    };
  },
};

function monitorFor(logDestination: string): Monitor {
  return createMonitor({ registry: new promClient.Registry(), defaultMetrics: false, logDestination });
}

/** The work that all variants share. */
function nothing(): Counted {
  let calls = 0;
  return {
    name: 'nothing',
    run: (count) =>
      inRequests(count, async () => {
        calls++;
        await undefined;
      }),
    total: () => calls,
  };
}

function tracked(name: string, monitor: Monitor, options: Readonly<Record<string, unknown>>): Counted {
  configureAI(monitor, resolveConfig(aiOptions, options, {}));
  const observer = aiObserver(monitor);
  return {
    name,
    run: (count) =>
      inRequests(count, async () => {
        const call = await observer.begin(CALL);
        call.attempt();
        call.firstToken();
        call.end({ usage: USAGE });
      }),
    total: () => sumOf(monitor),
  };
}

function byHand(monitor: Monitor): Counted {
  configureAI(monitor, resolveConfig(aiOptions, { logAICalls: false }, {}));
  return {
    name: 'trackAICall and calculateAICost',
    run: (count) =>
      inRequests(count, async () => {
        const tracker = trackAICall('bench', 'openai', 'gpt-4o', 'chat', { monitor });
        await undefined;
        tracker.firstToken();
        tracker.end(1_200, 350, calculateAICost('openai', 'gpt-4o', 1_200, 350, { monitor }));
      }),
    total: () => sumOf(monitor),
  };
}

/** The same series as a service would count them itself, without prices, figures, attribution or care. */
function promByHand(): Counted {
  const registers = [new promClient.Registry()];
  const labelNames = ['provider', 'model', 'operation'] as const;
  const define = (name: string) => ({ name, help: name, registers });
  const requests = new promClient.Counter({ ...define('requests_total'), labelNames: [...labelNames, 'status'] });
  const tokens = new promClient.Counter({ ...define('tokens_total'), labelNames: [...labelNames, 'type'] });
  const cost = new promClient.Counter({ ...define('cost_total'), labelNames });
  const duration = new promClient.Histogram({ ...define('duration_seconds'), labelNames });
  const first = new promClient.Histogram({ ...define('first_seconds'), labelNames });
  const inFlight = new promClient.Gauge({ ...define('in_flight'), labelNames: ['provider'] });
  return {
    name: 'prom-client by hand',
    run: (count) =>
      inRequests(count, async () => {
        const start = performance.now();
        inFlight.inc({ provider: 'openai' });
        await undefined;
        first.observe(CALL, (performance.now() - start) / 1000);
        inFlight.dec({ provider: 'openai' });
        requests.inc({ ...CALL, status: 'success' });
        tokens.inc({ ...CALL, type: 'input' }, 1_200);
        tokens.inc({ ...CALL, type: 'output' }, 350);
        cost.inc(CALL, (176 * 2.5 + 1_024 * 1.25 + 350 * 10) / 1e6);
        duration.observe(CALL, (performance.now() - start) / 1000);
      }),
    total: async () => (await requests.get()).values.reduce((sum, { value }) => sum + value, 0),
  };
}

async function inRequests(count: number, call: () => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i++) await runWithContext({ correlationId: 'bench' }, call);
}

function sumOf({ instruments }: Monitor): number {
  const found = instruments.registry.getSingleMetric('ai_requests_total') as { series: readonly { value: number }[] };
  return found.series.reduce((sum, { value }) => sum + value, 0);
}
