import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { manyStreams, type StreamOnce } from '../../../test/contracts/ai/many-streams.ts';
import { monitorAnthropic } from './anthropic.ts';
import { monitorOpenAI } from './openai.ts';

/** Reads a stream and leaves it as it is told to. */
function reader(create: (directives: string, signal: AbortSignal) => PromiseLike<AsyncIterable<unknown>>): StreamOnce {
  return async (leave, directives) => {
    const controller = new AbortController();
    const stream = await create(directives, controller.signal).then(undefined, connectionFailed);
    if (stream === undefined) return;
    if (leave === 'abort-unread') {
      controller.abort();
      return;
    }
    let chunks = 0;
    try {
      for await (const _ of stream) {
        if (++chunks < 3) continue;
        if (leave === 'break') break;
        if (leave === 'abort') controller.abort();
      }
    } catch (error) {
      if (leave !== 'drop') throw error;
    }
  };
}

/** Where the machine has no connection to give, that call ends too. */
function connectionFailed(error: Error): undefined {
  if (!error.constructor.name.startsWith('APIConnection')) throw error;
}

const messages = [{ role: 'user' as const, content: 'Hello' }];

manyStreams('openai', (url, observer) => {
  const client = monitorOpenAI(new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }), { observer });
  return reader((directives, signal) =>
    client.chat.completions.create(
      { model: 'gpt-4o-mini', stream: true, messages },
      { signal, headers: { 'x-model-server': directives } },
    ),
  );
});

manyStreams('anthropic', (url, observer) => {
  const client = monitorAnthropic(new Anthropic({ baseURL: url, apiKey: 'none' }), { observer });
  return reader((directives, signal) =>
    client.messages.create(
      { model: 'claude-haiku-4-5', max_tokens: 100, stream: true, messages },
      { signal, headers: { 'x-model-server': directives } },
    ),
  );
});
