import { resolveConfig } from '@telltale/core';
import { expect, it } from 'vitest';
import { testMonitor } from '../../../test/test-monitor.ts';
import { aiObserver, configureAI } from './observe-ai-call.ts';
import { aiOptions } from './options.ts';
import { ProviderError } from './wire/provider-error.ts';

const CALL = { provider: 'openai', model: 'gpt-4o', operation: 'chat' };
const PROMPT = 'the diary of Ann';
const QUOTING = `Invalid input: '${PROMPT}\n    at home'`;

/** As SDKs throw it: the answer of the provider in fields of its own. */
const SDK_ERROR = Object.assign(new Error(`400 ${QUOTING}`), {
  ...{ status: 400, type: 'invalid_request_error', code: 'invalid_value', param: 'messages[0].content' },
  ...{ requestID: 'req_17', error: { message: QUOTING }, requestBodyValues: { prompt: PROMPT } },
});

async function logged(error: unknown, httpStatus?: number, recordContent = false) {
  const { monitor, log } = testMonitor({ logLevel: 'DEBUG' });
  configureAI(monitor, resolveConfig(aiOptions, { recordContent }, {}));
  const call = await aiObserver(monitor).begin(CALL);
  call.attemptFailed(error, httpStatus);
  call.end({ error, ...(httpStatus !== undefined && { httpStatus }) });
  return log().map(({ error }) => error as Record<string, unknown>);
}

it.each([
  ["an SDK's error", SDK_ERROR, undefined],
  [
    'what we make of an answer',
    new ProviderError(400, { error: { message: QUOTING, type: 'invalid_request_error' } }),
    400,
  ],
  ['what came in a stream', new ProviderError(undefined, { message: QUOTING }), 200],
  ['an error of any kind with its status', new Error(QUOTING), 400],
  ['one that was wrapped', new Error(`Asking failed: ${QUOTING}`, { cause: SDK_ERROR }), undefined],
  ['the last of several', Object.assign(new Error(`Gave up: ${QUOTING}`), { lastError: SDK_ERROR }), undefined],
  [
    "one of the AI SDK's",
    Object.assign(new Error('Invalid prompt'), { name: 'AI_InvalidPromptError', prompt: PROMPT }),
    undefined,
  ],
  ['a text', QUOTING, 400],
])('writes nothing that a provider may have quoted: %s', async (_, error, httpStatus) => {
  const lines = await logged(error, httpStatus);
  expect(lines).toHaveLength(2);
  expect(JSON.stringify(lines)).not.toMatch(/diary|at home/);
});

it('writes what tells of the failure all the same', async () => {
  const [line] = await logged(SDK_ERROR);
  expect(line).toEqual({
    type: 'invalid_request_error',
    status_code: 400,
    code: 'invalid_value',
    param: 'messages[0].content',
    request_id: 'req_17',
    stack: expect.stringMatching(/^ {4}at .*shown-error/),
  });
});

it('writes failures of our own side whole', async () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const [line] = await logged(new TypeError('fetch failed', { cause }));
  expect(line).toMatchObject({ type: 'TypeError', message: 'fetch failed', cause: { code: 'ECONNREFUSED' } });
});

it("writes the provider's message where content is wanted", async () => {
  const [line] = await logged(SDK_ERROR, 400, true);
  expect(line).toMatchObject({ message: expect.stringContaining('diary') });
});
