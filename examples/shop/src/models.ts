import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { monitorAnthropic, monitorOpenAI } from 'telltale';

/** The models that the shop asks. */
export interface Models {
  /** A sentence or two on an order, piece by piece. */
  describe(order: object, signal: AbortSignal): AsyncIterable<string>;
  /** An answer to a customer's question. */
  answer(question: string): Promise<string>;
  /** A note for whoever packs the order. */
  packingNote(order: object): Promise<string>;
}

/** Asks the real services where their keys are in the environment, otherwise the example's own model server. */
export function openModels(serverUrl: string, random: () => number = Math.random): Models {
  const { OPENAI_API_KEY, ANTHROPIC_API_KEY } = process.env;
  const openai = monitorOpenAI(
    new OpenAI(OPENAI_API_KEY ? {} : { baseURL: `${serverUrl}/v1`, apiKey: 'none-needed' }),
    { provider: 'openai' },
  );
  const anthropic = monitorAnthropic(
    new Anthropic(ANTHROPIC_API_KEY ? {} : { baseURL: serverUrl, apiKey: 'none-needed' }),
    { provider: 'anthropic' },
  );
  const toOpenAI = () => (OPENAI_API_KEY ? {} : { headers: { 'x-model-server': mood(random) } });
  const toAnthropic = () => (ANTHROPIC_API_KEY ? {} : { headers: { 'x-model-server': mood(random) } });
  return {
    async *describe(order, signal) {
      const stream = await openai.chat.completions.create(
        {
          model: 'gpt-4o-mini',
          stream: true,
          max_tokens: 200,
          messages: [
            { role: 'system', content: 'Describe this order to the customer who placed it, in two sentences.' },
            { role: 'user', content: JSON.stringify(order) },
          ],
        },
        { signal, ...toOpenAI() },
      );
      for await (const { choices } of stream) yield choices[0]?.delta.content ?? '';
    },

    async answer(question) {
      const message = await anthropic.messages.create(
        {
          model: 'claude-haiku-4-5',
          max_tokens: 300,
          system: 'You answer questions of a shop that sells household things. Be brief.',
          messages: [{ role: 'user', content: question }],
        },
        toAnthropic(),
      );
      return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },

    async packingNote(order) {
      const { choices } = await openai.chat.completions.create(
        {
          model: 'gpt-4o-mini',
          max_tokens: 60,
          messages: [
            { role: 'system', content: 'Write one sentence on how to pack this order.' },
            { role: 'user', content: JSON.stringify(order) },
          ],
        },
        toOpenAI(),
      );
      return choices[0]?.message.content ?? '';
    },
  };
}

/** How the example's model server is to behave: mostly well, and now and then as real ones do. */
function mood(random: () => number): string {
  const luck = random();
  const usual = `slow=${Math.round(40 + 200 * random())},pace=5,words=${Math.round(20 + 60 * random())}`;
  if (luck < 0.04) return `${usual},fail=429:1`;
  if (luck < 0.06) return `${usual},fail=500:1`;
  if (luck < 0.07) return `${usual},drop=5`;
  return luck < 0.4 ? `${usual},cached=12` : usual;
}
