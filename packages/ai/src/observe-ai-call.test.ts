import { currentContext, resolveConfig, runWithContext } from '@telltale/core';
import { Counter, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { testMonitor } from '../../../test/test-monitor.ts';
import { aiObserver, configureAI } from './observe-ai-call.ts';
import { aiOptions } from './options.ts';

const CALL = { provider: 'openai', model: 'gpt-4o', operation: 'chat' };

it('counts a call with its tokens, its cost and its duration', async () => {
  const { monitor, clock, scrape, log } = testMonitor();
  const call = await aiObserver(monitor).begin(CALL);
  call.attempt();
  clock.advance(300);
  call.firstToken();
  clock.advance(700);
  expect(await scrape('ai_requests_in_flight')).toBe('ai_requests_in_flight{provider="openai"} 1');
  call.end({ usage: { inputTokens: 100, outputTokens: 200, cachedInputTokens: 40 } });
  expect(await scrape('ai_requests_total')).toContain('status="success"} 1');
  expect(await scrape('ai_requests_in_flight')).toBe('ai_requests_in_flight{provider="openai"} 0');
  expect(await scrape('ai_tokens_total')).toMatchInlineSnapshot(`
    "ai_tokens_total{provider="openai",model="gpt-4o",operation="chat",type="input"} 100
    ai_tokens_total{provider="openai",model="gpt-4o",operation="chat",type="output"} 200"
  `);
  expect(await scrape('ai_cost_usd_total')).toMatchInlineSnapshot(
    `"ai_cost_usd_total{provider="openai",model="gpt-4o",operation="chat"} 0.0022"`,
  );
  expect(await scrape('ai_cost_by_origin_usd_total')).toMatchInlineSnapshot(
    `"ai_cost_by_origin_usd_total{origin="none"} 0.0022"`,
  );
  expect(await scrape('ai_time_to_first_token_seconds')).toContain(
    '_sum{provider="openai",model="gpt-4o",operation="chat"} 0.3',
  );
  expect(log()).toMatchInlineSnapshot(`
    [
      {
        "attempts": 1,
        "cached_input_tokens": 40,
        "cost_usd": 0.0022,
        "duration_ms": 1000,
        "environment": "test",
        "event_type": "business",
        "first_token_ms": 300,
        "input_tokens": 100,
        "level": "INFO",
        "message": "chat gpt-4o",
        "model": "gpt-4o",
        "operation": "chat",
        "outcome": "success",
        "output_tokens": 200,
        "provider": "openai",
        "service": "orders",
        "timestamp": "2026-11-22T10:00:01.000Z",
      },
    ]
  `);
});

it('adds up what a unit of work spends, for its closing log line and for the handler', async () => {
  const { monitor, scrape } = testMonitor();
  const observer = aiObserver(monitor);
  await runWithContext({ origin: { kind: 'http', name: '/orders/:id' } }, async () => {
    for (let i = 0; i < 3; i++) {
      const call = await observer.begin(CALL);
      call.end({ usage: { inputTokens: 100, outputTokens: 200 } });
    }
    expect(currentContext()!.ai).toEqual({ calls: 3, tokens: 900, costUsd: 0.00675 });
    expect(currentContext()!.figures).toEqual({ ai_calls: 3, ai_tokens: 900, ai_cost_usd: 0.00675 });
  });
  expect(await scrape('ai_cost_by_origin_usd_total')).toBe('ai_cost_by_origin_usd_total{origin="/orders/:id"} 0.00675');
});

it('leaves calls unobserved where another library has a metric of the same name, and says so', async () => {
  const registry = new Registry();
  new Counter({ name: 'ai_requests_total', help: 'Somebody else counts.', registers: [registry] });
  const { monitor, errors } = testMonitor({ registry });
  const call = await aiObserver(monitor).begin(CALL);
  call.end({ usage: { inputTokens: 1, outputTokens: 1 } });
  expect(errors).toEqual([
    expect.stringContaining('ai: [telltale] [registry] Cannot define the metric "ai_requests_total"'),
  ]);
});

it('makes no metric of a service that is configured and calls no model', async () => {
  const { monitor, scrape } = testMonitor();
  configureAI(monitor, resolveConfig(aiOptions, {}, {}));
  expect(await scrape()).not.toContain('ai_');
  (await aiObserver(monitor).begin(CALL)).end({});
  expect(await scrape()).toContain('ai_requests_total');
});
