import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { collect, outcomeOf } from '../../../test/contracts/ai/outcome.ts';
import { RecordingObserver } from '../../../test/contracts/ai/recording-observer.ts';
import { monitorOpenAI } from './openai.ts';

const params = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hello' }] };
const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: '1', model: 'gpt-4o-mini', object: 'chat.completion.chunk', ...fields })}\n\n`;
const usage = { inputTokens: 10, outputTokens: 5 };

/** A chat stream as OpenAI sends it, with the usage where the request asks for it. */
function events(init: RequestInit | undefined): string {
  const asked = String(init?.body).includes('include_usage');
  const pieces = ['Héllo', ' 🌍', '!'].map((content) =>
    chunk({ choices: [{ index: 0, delta: { content } }], ...(asked && { usage: null }) }),
  );
  const last = asked ? chunk({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } }) : '';
  return `${pieces.join('')}${last}data: [DONE]\n\n`;
}

const headers = { 'content-type': 'text/event-stream' };
const json = { headers: { 'content-type': 'application/json' } };
const answer = JSON.stringify({
  model: 'gpt-4o-mini',
  choices: [],
  usage: { prompt_tokens: 10, completion_tokens: 5 },
});
const stream = async (client: OpenAI): Promise<unknown> =>
  collect(await client.chat.completions.create({ ...params, stream: true }));
const response = (client: OpenAI): Promise<Response> => client.chat.completions.create(params).asResponse();

/** What wants more than a body, and keeps it where nobody else can see it. */
class Traced extends Response {
  readonly #trace: string;
  constructor(body: string, init: ResponseInit, trace?: { readonly id: string }) {
    super(body, init);
    this.#trace = trace!.id;
  }
  get trace(): string {
    return this.#trace;
  }
}

type Fetch = (url: unknown, init?: RequestInit) => Promise<unknown>;

const CASES: Readonly<Record<string, [Fetch, (client: OpenAI) => Promise<unknown>, object | undefined]>> = {
  'a body of texts': [async (_, init) => bodyOf(init, (text) => text.match(/.{1,40}|\s/gu)!), stream, usage],
  'a body of array buffers': [
    async (_, init) => bodyOf(init, (text) => [new TextEncoder().encode(text).buffer]),
    stream,
    usage,
  ],
  'a body of nothing that can be read': [
    async (_, init) => bodyOf(init, (text) => [new TextEncoder().encode(text), { odd: true }]),
    (client) => stream(client).catch((error: Error) => error.name),
    usage,
  ],
  'a response of a class of its own': [
    async () => new Traced(answer, json, { id: 't1' }),
    async (client) => {
      const made = (await response(client)) as Traced;
      return [made.trace, made.constructor.name, await made.json()];
    },
    usage,
  ],
  'a streamed response of a class of its own': [
    async (_, init) => new Traced(events(init), { headers }, { id: 't1' }),
    async (client) => {
      const made = await client.chat.completions.create({ ...params, stream: true }).asResponse();
      return [(made as Traced).trace, made.constructor.name, await made.text()];
    },
    usage,
  ],
  'a response with properties of its own': [
    async (_, init) => Object.assign(new Response(events(init), { headers }), { trace: 't1' }),
    async (client) => {
      const made = await client.chat.completions.create({ ...params, stream: true }).asResponse();
      return [Object.entries(made), await made.clone().text(), await made.text()];
    },
    usage,
  ],
  'a frozen response': [
    async () => Object.freeze(new Response(answer, json)),
    async (client) => client.chat.completions.create(params),
    undefined,
  ],
  'a plain object with JSON': [
    async () => ({ ok: true, status: 200, headers: new Headers(json.headers), json: async () => JSON.parse(answer) }),
    async (client) => client.chat.completions.create(params),
    undefined,
  ],
  'a plain object with a stream': [
    async (_, init) => ({
      ok: true,
      status: 200,
      headers: new Headers(headers),
      body: new Response(events(init)).body,
    }),
    stream,
    usage,
  ],
  'headers that are none': [
    async () => ({ ok: true, status: 200, headers: {}, body: new Response(answer).body, json: async () => ({}) }),
    (client) => response(client).then(({ status }) => status),
    undefined,
  ],
};

async function bodyOf(init: RequestInit | undefined, cut: (text: string) => Iterable<unknown>): Promise<object> {
  return new Response(ReadableStream.from(cut(events(init))) as unknown as string, { headers });
}

for (const [name, [fetch, ask, expected]] of Object.entries(CASES)) {
  it(`leaves ${name} as the client's own fetch brought it, and ends the call`, async () => {
    const create = (): OpenAI => new OpenAI({ apiKey: 'none', fetch: fetch as typeof globalThis.fetch, maxRetries: 0 });
    const observer = new RecordingObserver();
    const bare = await outcomeOf(() => ask(create()));
    expect(await outcomeOf(() => ask(monitorOpenAI(create(), { observer })))).toStrictEqual(bare);
    await observer.settled();
    expect(observer.calls).toHaveLength(1);
    expect(observer.calls[0]!.ends).toHaveLength(1);
    expect(observer.calls[0]!.ends[0]!.usage).toEqual(expected);
  });
}
