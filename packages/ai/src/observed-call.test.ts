import { currentContext, type Operation, resolveConfig, runWithContext } from '@telltale/core';
import { expect, it } from 'vitest';
import { testMonitor } from '../../../test/test-monitor.ts';
import { aiObserver, configureAI } from './observe-ai-call.ts';
import { aiOptions } from './options.ts';
import { ProviderError } from './wire/provider-error.ts';

const CALL = { provider: 'openai', model: 'gpt-4o', operation: 'chat' };
const USAGE = { inputTokens: 100, outputTokens: 200 };

it('counts a failure by its class and status, and writes it to the log once, masked', async () => {
  const { monitor, scrape, log } = testMonitor();
  const secret = ['sk', 'proj', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6'].join('-');
  const call = await aiObserver(monitor).begin(CALL);
  call.end({ error: new RangeError(`Bad key ${secret}`), httpStatus: 401 });
  expect(await scrape('ai_errors_total')).toBe(
    'ai_errors_total{provider="openai",model="gpt-4o",operation="chat",error_type="RangeError",status_code="401"} 1',
  );
  expect(await scrape('ai_unpriced_requests_total')).toBe('');
  expect(log()).toHaveLength(1);
  expect(log()[0]).toMatchObject({
    ...{ level: 'ERROR', event_type: 'error', message: 'chat gpt-4o failed', status_code: 401, outcome: 'error' },
    error: { type: 'RangeError' },
  });
  expect(JSON.stringify(log())).not.toContain(secret);
});

it.each([
  [
    'a type in words',
    Object.assign(new Error('x'), { type: 'invalid_request_error', status: 400 }),
    'invalid_request_error',
  ],
  [
    'a type within',
    Object.assign(new Error('x'), { error: { error: { type: 'rate_limit_error' } } }),
    'rate_limit_error',
  ],
  ['a name in words', new ProviderError(503, { error: { status: 'RESOURCE_EXHAUSTED' } }), 'RESOURCE_EXHAUSTED'],
  ['a status alone', new ProviderError(503, undefined), 'HTTP503'],
  ['a timeout', new DOMException('late', 'TimeoutError'), 'TimeoutError'],
  ['a type that is a sentence', Object.assign(new TypeError('x'), { type: 'what ann said' }), 'TypeError'],
  ['a name that is data', Object.assign(new RangeError('x'), { name: 'order 17' }), 'RangeError'],
])("names a failure by the provider's word for it, or its class: %s", async (_, error, type) => {
  const { monitor, scrape } = testMonitor();
  const call = await aiObserver(monitor).begin(CALL);
  call.attemptFailed(error, 500);
  call.end({ error });
  expect(await scrape('ai_errors_total')).toContain(`error_type="${type}"`);
  expect(await scrape('ai_attempt_failures_total')).toContain(`error_type="${type}"`);
});

it("bounds the providers' words for failures", async () => {
  const { monitor, scrape } = testMonitor();
  for (let i = 0; i < 100; i++) {
    const type = `word_${String.fromCharCode(97 + Math.floor(i / 10), 97 + (i % 10))}`;
    (await aiObserver(monitor).begin(CALL)).end({ error: Object.assign(new Error('x'), { type }) });
  }
  const lines = (await scrape('ai_errors_total')).split('\n');
  expect(lines).toHaveLength(51);
  expect(lines.at(-1)).toMatch(/error_type="Error".* 50$/);
});

it('counts attempts, and those that failed on the way', async () => {
  const { monitor, scrape, log } = testMonitor();
  const call = await aiObserver(monitor).begin(CALL);
  call.attempt();
  call.attemptFailed(new Error('busy'), 429);
  call.attempt();
  call.end({ usage: USAGE });
  expect(await scrape('ai_attempts_total')).toMatch(/ 2$/);
  expect(await scrape('ai_attempt_failures_total')).toBe(
    'ai_attempt_failures_total{provider="openai",model="gpt-4o",error_type="Error",status_code="429"} 1',
  );
  expect(await scrape('ai_requests_total')).toContain('status="success"} 1');
  expect(log()).toEqual([expect.objectContaining({ attempts: 2, outcome: 'success' })]);
});

it('counts what was given up as that, and never as free', async () => {
  const { monitor, scrape, log } = testMonitor();
  const observer = aiObserver(monitor);
  (await observer.begin(CALL)).end({ aborted: true });
  (await observer.begin(CALL)).end({ error: new DOMException('gone', 'AbortError') });
  (await observer.begin(CALL)).end({ aborted: true, usage: USAGE });
  expect(await scrape('ai_requests_aborted_total')).toMatch(/ 3$/);
  expect(await scrape('ai_errors_total')).toBe('');
  expect(await scrape('ai_unpriced_requests_total')).toBe(
    'ai_unpriced_requests_total{provider="openai",model="gpt-4o",reason="no_usage"} 2',
  );
  expect(await scrape('ai_cost_usd_total')).toMatch(/ 0.00225$/);
  expect(log().map(({ level, outcome }) => [level, outcome])).toEqual(Array(3).fill(['INFO', 'aborted']));
});

it('counts a model without a price as unpriced, and names it in the log once', async () => {
  const { monitor, scrape, log } = testMonitor();
  for (let i = 0; i < 3; i++) {
    (await aiObserver(monitor).begin({ ...CALL, model: 'gpt-99' })).end({ usage: USAGE });
  }
  expect(await scrape('ai_unpriced_requests_total')).toBe(
    'ai_unpriced_requests_total{provider="openai",model="gpt-99",reason="unknown_model"} 3',
  );
  expect(await scrape('ai_cost_usd_total')).toMatch(/ 0$/);
  expect(log().filter(({ level }) => level === 'WARNING')).toEqual([
    expect.objectContaining({ message: expect.stringContaining('No price is known'), model: 'gpt-99' }),
  ]);
  expect(log().filter(({ level }) => level === 'INFO')[0]).toMatchObject({ unpriced: 'unknown_model' });
});

it('prices by the model that answered, and by the one asked for where that has no price', async () => {
  const { monitor, scrape } = testMonitor();
  const observer = aiObserver(monitor);
  (await observer.begin({ ...CALL, model: 'gpt-4o-mini' })).end({ usage: USAGE, servedModel: 'gpt-4o' });
  (await observer.begin({ ...CALL, model: 'gpt-4o-mini' })).end({ usage: USAGE, servedModel: 'gpt-secret' });
  expect(await scrape('ai_cost_usd_total')).toMatch(/ 0.002385$/);
});

it('says which prices are only near', async () => {
  const { monitor, scrape, log } = testMonitor();
  (await aiObserver(monitor).begin({ ...CALL, model: 'gpt-4o-2029-01-01' })).end({ usage: USAGE });
  expect(await scrape('ai_approximated_prices_total')).toMatch(/reason="dated"} 1$/);
  expect(log()[0]).toMatchObject({ price_approximation: 'dated', cost_usd: 0.00225 });
});

it('counts ending twice as a mistake that changes nothing', async () => {
  const { monitor, scrape } = testMonitor();
  const call = await aiObserver(monitor).begin(CALL);
  call.end({ usage: USAGE });
  call.end({ usage: USAGE });
  call.firstToken();
  expect(await scrape('ai_tracking_mistakes_total')).toBe('ai_tracking_mistakes_total{mistake="ended_twice"} 1');
  expect(await scrape('ai_requests_total')).toContain('status="success"} 1');
  expect(await scrape('ai_requests_in_flight')).toMatch(/ 0$/);
});

it('reports a usage that cannot be, and counts what is left of it', async () => {
  const { monitor, scrape } = testMonitor();
  const call = await aiObserver(monitor).begin(CALL);
  call.end({ usage: { inputTokens: Number.NaN, outputTokens: 200, cachedInputTokens: 50 } });
  expect(await scrape('ai_tracking_mistakes_total')).toBe('ai_tracking_mistakes_total{mistake="bad_usage"} 1');
  expect(await scrape('ai_cost_usd_total')).toMatch(/ 0.002$/);
});

it('shows parts of tokens apart from their sums, and what the cache of the provider saved', async () => {
  const { monitor, scrape } = testMonitor();
  const call = await aiObserver(monitor).begin(CALL);
  call.end({ usage: { inputTokens: 1_000, cachedInputTokens: 800, outputTokens: 50, reasoningTokens: 20 } });
  expect(await scrape('ai_tokens_total')).toMatchInlineSnapshot(`
    "ai_tokens_total{provider="openai",model="gpt-4o",operation="chat",type="input"} 1000
    ai_tokens_total{provider="openai",model="gpt-4o",operation="chat",type="output"} 50"
  `);
  expect(await scrape('ai_token_details_total')).toMatchInlineSnapshot(`
    "ai_token_details_total{provider="openai",model="gpt-4o",type="cached_input"} 800
    ai_token_details_total{provider="openai",model="gpt-4o",type="reasoning"} 20"
  `);
  expect(await scrape('ai_cache_savings_usd_total')).toBe(
    'ai_cache_savings_usd_total{provider="openai",model="gpt-4o",cache="prompt"} 0.001',
  );
});

it('ends in the context in which it began, wherever it ends', async () => {
  const { monitor, scrape, log } = testMonitor();
  const origin = { kind: 'queue', name: 'before' } as { kind: 'queue'; name: string };
  const { call, context } = await runWithContext({ origin }, async () => ({
    call: await aiObserver(monitor).begin(CALL),
    context: currentContext()!,
  }));
  // A route is known only after the router has run.
  origin.name = 'emails/welcome';
  call.end({ usage: USAGE });
  expect(await scrape('ai_cost_by_origin_usd_total')).toBe(
    'ai_cost_by_origin_usd_total{origin="emails/welcome"} 0.00225',
  );
  expect(context.ai).toEqual({ calls: 1, tokens: 300, costUsd: 0.00225 });
  expect(log()[0]).toMatchObject({ correlation_id: context.correlationId });
});

it('tells listeners of a call as of any operation', async () => {
  const { monitor } = testMonitor();
  const seen: Operation[] = [];
  monitor.operations.subscribe({ onEnd: (operation) => seen.push(operation) });
  (await aiObserver(monitor).begin({ ...CALL, stream: true })).end({ usage: USAGE });
  expect(seen).toEqual([
    expect.objectContaining({
      ...{ kind: 'ai', name: 'chat gpt-4o', outcome: 'ok', durationMs: 0 },
      attributes: expect.objectContaining({ provider: 'openai', stream: true, input_tokens: 100, cost_usd: 0.00225 }),
    }),
  ]);
});

it('keeps prompts and completions only when asked to, masked and cut', async () => {
  const { monitor, log } = testMonitor();
  const observer = aiObserver(monitor);
  const email = ['ann', 'example.com'].join('@');
  const content = { prompt: `Write to ${email} ${'x'.repeat(200)}`, completion: 'Dear Ann' };
  expect(observer.recordsContent).toBe(false);
  (await observer.begin({ ...CALL, prompt: content.prompt })).end({ usage: USAGE, completion: content.completion });
  configureAI(monitor, resolveConfig(aiOptions, { recordContent: true, contentLimit: 60 }));
  expect(observer.recordsContent).toBe(true);
  (await observer.begin({ ...CALL, prompt: content.prompt })).end({ usage: USAGE, completion: content.completion });
  const [without, kept] = log();
  expect(without).not.toHaveProperty('prompt');
  expect(kept).toMatchObject({ completion: 'Dear Ann' });
  expect(kept!.prompt).toMatch(/^Write to \[EMAIL .*…$/);
  expect((kept!.prompt as string).length).toBeLessThanOrEqual(61);
  expect(JSON.stringify(log())).not.toContain(email);
});

it('bounds the models in labels, whatever names somebody makes up', async () => {
  const { monitor, scrape } = testMonitor();
  for (let i = 0; i < 200; i++) {
    (await aiObserver(monitor).begin({ ...CALL, model: `made-up-${i}` })).end({ usage: USAGE });
  }
  (await aiObserver(monitor).begin({ ...CALL, model: 'gpt-4o' })).end({ usage: USAGE });
  (await aiObserver(monitor).begin({ ...CALL, model: 'ft:gpt-4o-mini:acme-corp::1' })).end({ usage: USAGE });
  const text = await scrape('ai_cost_usd_total');
  expect(text.split('\n')).toHaveLength(53);
  expect(text).toContain('model="other"');
  expect(text).toContain('model="gpt-4o"');
  expect(text).toContain('model="ft:gpt-4o-mini"');
  expect(text).not.toContain('acme-corp');
});

it('lets no name that somebody makes up push a real one out of the labels', async () => {
  const { monitor, scrape } = testMonitor();
  const observer = aiObserver(monitor);
  const call = async (provider: string, model: string): Promise<void> => {
    (await observer.begin({ provider, model, operation: 'chat' })).end({ usage: USAGE });
  };
  for (let i = 0; i < 320; i++) await call('anthropic', `claude-sonnet-4-5-${i}`);
  for (let i = 0; i < 100; i++) await call('openai', `gpt-4o-20${10 + (i % 90)}-01-01`);
  for (let i = 0; i < 100; i++) await call('ollama', `mine-${i}`);
  for (let i = 0; i < 320; i++) await call('openai', `ft:gpt-4o-mini:acme::${i}`);
  for (let i = 0; i < 50; i++) await call(`made-up-${i}`, 'x');
  const known: (readonly [string, string])[] = [
    ['anthropic', 'claude-sonnet-4-5'],
    ['openai', 'gpt-4o'],
    ['google', 'gemini-2.5-pro'],
    ['mistral', 'mistral-large-latest'],
  ];
  for (const [provider, model] of known) await call(provider, model);
  const lines = (await scrape('ai_requests_total')).split('\n').filter((line) => line.includes('"success"'));
  for (const [provider, model] of known) {
    expect(lines).toContain(
      `ai_requests_total{provider="${provider}",model="${model}",operation="chat",status="success"} 1`,
    );
  }
  expect(lines.length).toBeLessThan(130);
});

it('does nothing where monitoring is disabled', async () => {
  const { monitor, registry } = testMonitor({ enabled: false });
  const call = await aiObserver(monitor).begin(CALL);
  call.end({ usage: USAGE });
  expect(registry.getMetricsAsArray()).toEqual([]);
});

it('keeps a failure inside itself from the service', async () => {
  const { monitor, errors } = testMonitor();
  configureAI(
    monitor,
    resolveConfig(aiOptions, {
      attributeTo: () => {
        throw new Error('oops');
      },
    }),
  );
  const hostile = {
    provider: 'openai',
    operation: 'chat',
    get model(): string {
      throw new Error('no model');
    },
  };
  const call = await aiObserver(monitor).begin(hostile);
  call.end({ usage: USAGE });
  (await aiObserver(monitor).begin(CALL)).end({ usage: USAGE });
  expect(errors).toEqual(['ai: no model', 'ai: oops']);
});
