import { Mistral } from '@mistralai/mistralai';
import { HTTPClient as HTTPClient1, Mistral as Mistral1 } from 'mistralai1';
import { answerTo, countInput, countWords } from '../../../examples/shop/src/model-server/answers.ts';
import { aiContract, type Scenario } from '../../../test/contracts/ai/contract.ts';
import { collect } from '../../../test/contracts/ai/outcome.ts';
import { monitorMistral } from './mistral.ts';

const model = 'mistral-small-latest';
const messages = [{ role: 'user' as const, content: 'Where is my order?' }];
const usage = { inputTokens: countInput(messages), outputTokens: countWords(answerTo('Where is my order?')) };
const chat = { provider: 'mistral', model, operation: 'chat', usage };
const asked = (directives: string, key = '') => ({
  headers: { 'x-model-server': directives, 'x-model-server-key': key },
});
let keys = 0;

const scenarios: readonly Scenario<Mistral>[] = [
  { name: 'a chat', ask: (client) => client.chat.complete({ model, messages }), calls: [chat] },
  {
    name: 'a stream',
    ask: async (client) => collect(await client.chat.stream({ model, messages })),
    calls: [{ ...chat, stream: true }],
  },
  {
    name: 'a break out of a stream',
    async ask(client) {
      for await (const event of await client.chat.stream({ model, messages }, asked('pace=2'))) {
        if (event.data.choices[0]?.delta.content) return event;
      }
      return undefined;
    },
    calls: [{ ...chat, stream: true, usage: undefined, aborted: true, servedModel: model }],
  },
  {
    name: 'embeddings',
    ask: (client) => client.embeddings.create({ model: 'mistral-embed', inputs: ['one', 'two'] }),
    calls: [{ ...chat, model: 'mistral-embed', operation: 'embeddings', usage: {} }],
  },
  {
    name: 'retries that succeed',
    ask: (client) =>
      client.chat.complete(
        { model, messages },
        {
          ...asked('fail=429:2', `mistral-${keys++}`),
          retries: {
            strategy: 'backoff',
            backoff: { initialInterval: 1, maxInterval: 2, exponent: 1, maxElapsedTime: 5_000 },
          },
        },
      ),
    calls: [{ ...chat, attempts: 3 }],
  },
  {
    name: 'a failure',
    ask: (client) => client.chat.complete({ model, messages }, asked('fail=500')),
    calls: [{ ...chat, usage: undefined, error: 'api_error' }],
  },
];

aiContract(
  {
    name: '@mistralai/mistralai 2',
    create: (url) => new Mistral({ serverURL: url, apiKey: 'none' }),
    wrapsErrors: true,
    monitor: monitorMistral,
  },
  scenarios,
);
aiContract(
  {
    name: '@mistralai/mistralai 1, with an HTTP client of its own',
    create: (url) =>
      new Mistral1({ serverURL: url, apiKey: 'none', httpClient: new HTTPClient1() }) as unknown as Mistral,
    wrapsErrors: true,
    monitor: monitorMistral,
  },
  scenarios,
);
