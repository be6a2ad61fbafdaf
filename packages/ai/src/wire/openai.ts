import type { Usage } from '../usage.ts';
import { type Answer, addText, askedImages, count, type Json, object, objects, type Protocol, word } from './answer.ts';

/** OpenAI's protocol: chat completions, responses, embeddings, images, audio, moderation, and whoever speaks it too. */
export const openaiProtocol: Protocol = {
  usageKey: 'usage',

  read(answer, value) {
    const response = object(value.response);
    readModel(answer, response ?? value);
    const usage = object(value.usage) ?? object(response?.usage) ?? object(object(value.x_groq)?.usage);
    if (usage !== undefined) openaiProtocol.readUsage(answer, usage);
    const tier = word(value.service_tier) ?? word(response?.service_tier);
    if (tier !== undefined && answer.usage !== undefined) answer.usage = { ...answer.usage, serviceTier: tier };
    readError(answer, value, response);
    readStart(answer, value);
    countPieces(answer, value, response);
  },

  readUsage(answer, usage) {
    answer.usage = { ...answer.usage, ...openaiUsage(usage) };
  },

  // Sought without the quote before them, of which there are many: with it the search takes four times as long.
  matters: (events) =>
    events.includes('usage":{') ||
    events.includes('usage": {') ||
    events.includes('error"') ||
    (events.includes('type":"response.') && /"type":"response\.(completed|incomplete|failed)"/.test(events)),
};

/** OpenAI's usage; input and output already hold what was cached and what was thought. */
function openaiUsage(usage: Json): Usage {
  const input =
    object(usage.input_tokens_details) ?? object(usage.prompt_tokens_details) ?? object(usage.input_token_details);
  const output = object(usage.output_tokens_details) ?? object(usage.completion_tokens_details);
  const details = {
    // DeepSeek tells its cache hits beside the count, Mistral its audio.
    cachedInputTokens: count(input?.cached_tokens) ?? count(usage.prompt_cache_hit_tokens),
    cacheWriteTokens: count(input?.cache_write_tokens),
    reasoningTokens: count(output?.reasoning_tokens),
    audioInputTokens: count(input?.audio_tokens),
    audioOutputTokens: count(output?.audio_tokens),
    imageInputTokens: count(input?.image_tokens),
    imageOutputTokens: count(output?.image_tokens),
    audioSeconds: count(usage.seconds) ?? count(usage.prompt_audio_seconds),
  };
  return {
    inputTokens: count(usage.input_tokens) ?? count(usage.prompt_tokens) ?? 0,
    outputTokens: count(usage.output_tokens) ?? count(usage.completion_tokens) ?? 0,
    ...known(details),
  };
}

function known<T extends object>(fields: T): Partial<T> {
  const found: Partial<T> = {};
  for (const name in fields) if (fields[name] !== undefined) found[name] = fields[name];
  return found;
}

function readModel(answer: Answer, value: Json): void {
  const model = word(value.model);
  if (model !== undefined) answer.servedModel = model;
}

function readError(answer: Answer, value: Json, response: Json | undefined): void {
  const error = object(value.error) ?? object(response?.error) ?? (value.type === 'error' ? value : undefined);
  if (error !== undefined) answer.error = error;
}

function readStart(answer: Answer, value: Json): void {
  if (answer.started && answer.text === undefined) return;
  const [choice] = objects(value.choices);
  const delta = object(choice?.delta) ?? object(choice?.message);
  if (delta !== undefined) {
    const piece = word(delta.content) ?? word(delta.reasoning_content) ?? word(delta.reasoning) ?? word(delta.refusal);
    if (piece !== undefined || Array.isArray(delta.tool_calls) || Array.isArray(delta.content)) answer.started = true;
    addText(answer, delta.content);
  } else if (choice !== undefined && word(choice.text) !== undefined) {
    answer.started = true;
    addText(answer, choice.text);
  }
  const type = word(value.type);
  if (type !== undefined && (type.endsWith('.delta') || type.endsWith('.partial_image'))) {
    answer.started = true;
    if (type === 'response.output_text.delta' || type === 'transcript.text.delta') addText(answer, value.delta);
  }
  for (const item of objects(value.output)) for (const part of objects(item.content)) addText(answer, part.text);
}

/** What some models are charged by instead of tokens. */
function countPieces(answer: Answer, value: Json, response: Json | undefined): void {
  const tools: Record<string, number> = {};
  for (const { type } of objects(value.output ?? response?.output)) {
    if (typeof type === 'string' && SERVER_TOOLS.has(type)) tools[type] = (tools[type] ?? 0) + 1;
  }
  const calls = Object.keys(tools).length > 0 ? tools : undefined;
  const images = objects(value.data).filter((image) => 'b64_json' in image || 'url' in image).length;
  const seconds = value.task === 'transcribe' || value.task === 'translate' ? count(value.duration) : undefined;
  if (calls === undefined && images === 0 && seconds === undefined) return;
  answer.usage = {
    inputTokens: 0,
    outputTokens: 0,
    ...answer.usage,
    ...(images > 0 && { images, ...answer.asked, ...askedImages(value.quality, value.size) }),
    ...(calls && { serverToolCalls: calls }),
    ...(seconds !== undefined && answer.usage?.audioSeconds === undefined && { audioSeconds: seconds }),
  };
}

const SERVER_TOOLS = new Set(['web_search_call', 'file_search_call', 'code_interpreter_call', 'image_generation_call']);
