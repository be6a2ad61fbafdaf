import { GoogleGenAI } from '@google/genai';
import { GoogleGenAI as GoogleGenAI2 } from 'google-genai2';
import { answerTo, countInput, countWords } from '../../../examples/shop/src/model-server/answers.ts';
import { aiContract, type Scenario } from '../../../test/contracts/ai/contract.ts';
import { collect } from '../../../test/contracts/ai/outcome.ts';
import { monitorGoogleGenAI } from './google-genai.ts';

const model = 'gemini-2.5-flash';
const contents = 'Where is my order?';
const input = countInput([{ parts: [{ text: contents }] }]);
const output = countWords(answerTo(contents));
const usage = { inputTokens: input, outputTokens: output };
const chat = { provider: 'google', model, operation: 'chat', usage };
const stream = { ...chat, stream: true };
const asked = (directives: string, key = '') => ({
  httpOptions: { headers: { 'x-model-server': directives, 'x-model-server-key': key } },
});
let keys = 0;

const scenarios: readonly Scenario<GoogleGenAI>[] = [
  {
    name: 'content',
    async ask(client) {
      const answer = await client.models.generateContent({ model, contents });
      return { text: answer.text, usage: answer.usageMetadata, type: answer.constructor.name };
    },
    calls: [chat],
  },
  {
    name: 'what was cached and thought',
    async ask(client) {
      const config = asked('cached=40,reasoning=12');
      return (await client.models.generateContent({ model, contents, config })).usageMetadata;
    },
    calls: [
      {
        ...chat,
        usage: { inputTokens: 40, cachedInputTokens: 40, outputTokens: output + 12, reasoningTokens: 12 },
      },
    ],
  },
  {
    name: 'a stream',
    async ask(client) {
      const chunks = await collect(await client.models.generateContentStream({ model, contents }));
      return chunks.map(({ text, usageMetadata }) => ({ text, usageMetadata }));
    },
    calls: [stream],
  },
  {
    name: 'a chat session',
    async ask(client) {
      const session = client.chats.create({ model });
      const first = await session.sendMessage({ message: contents });
      return { first: first.text, history: session.getHistory() };
    },
    calls: [chat],
  },
  {
    name: 'function calls that the SDK answers itself',
    async ask(client) {
      const look = {
        tool: async () => ({ functionDeclarations: [{ name: 'look_up', description: 'Looks up an order' }] }),
        callTool: async () => [{ functionResponse: { name: 'look_up', response: { packed: true } } }],
      };
      const config = { tools: [look], ...asked('tool') };
      return (await client.models.generateContent({ model, contents, config })).text;
    },
    calls: [
      { ...chat, usage: { inputTokens: input, outputTokens: 9 } },
      { ...chat, usage: {} },
    ],
  },
  {
    name: 'a failure',
    ask: (client) => client.models.generateContent({ model, contents, config: asked('fail=500') }),
    calls: [{ ...chat, usage: undefined, error: 'api_error' }],
  },
  {
    name: 'a stream whose connection breaks',
    async ask(client) {
      const made = await client.models.generateContentStream({ model, contents, config: asked('drop=3') });
      return (await collect(made)).length;
    },
    calls: [{ ...stream, usage: { inputTokens: input }, error: 'TypeError', servedModel: model }],
  },
  {
    name: 'an abort of a stream',
    async ask(client) {
      const controller = new AbortController();
      const config = { ...asked('pace=2'), abortSignal: controller.signal };
      let chunks = 0;
      for await (const _ of await client.models.generateContentStream({ model, contents, config })) {
        if (++chunks === 2) controller.abort();
      }
      return chunks;
    },
    calls: [{ ...stream, usage: { inputTokens: input }, aborted: true, servedModel: model }],
  },
];

const retryOptions = { attempts: 3, initialDelay: 0.001, maxDelay: 0.002 };
const retriesOfRequest = (name: string, directives: string, told: object): Scenario<GoogleGenAI> => ({
  name,
  async ask(client) {
    const { httpOptions } = asked(directives, `google-${keys++}`);
    const config = { httpOptions: { ...httpOptions, retryOptions } };
    return (await client.models.generateContent({ model, contents, config })).text;
  },
  calls: [{ ...chat, attempts: 3, ...told }],
});
const requestRetries = [
  retriesOfRequest('retries that a request is set up for', 'fail=429:2', {}),
  retriesOfRequest('retries of a request that do not succeed', 'fail=500', { usage: undefined, error: 'api_error' }),
];

const retries: Scenario<GoogleGenAI> = {
  name: 'retries that the client is set up for',
  async ask(client) {
    const config = asked('fail=429:2', `google-${keys++}`);
    return (await client.models.generateContent({ model, contents, config })).text;
  },
  calls: [{ ...chat, attempts: 3 }],
};

aiContract(
  {
    name: '@google/genai 3',
    create: (url) =>
      new GoogleGenAI({
        apiKey: 'none',
        httpOptions: { baseUrl: url, retryOptions },
      }),
    monitor: monitorGoogleGenAI,
  },
  [...scenarios.filter(({ name }) => name !== 'a failure'), retries, requestRetries[0]!],
);
aiContract(
  {
    name: '@google/genai 2',
    create: (url) => new GoogleGenAI2({ apiKey: 'none', httpOptions: { baseUrl: url } }) as unknown as GoogleGenAI,
    monitor: monitorGoogleGenAI,
  },
  [...scenarios, ...requestRetries],
);
