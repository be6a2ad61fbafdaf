import { answerTo, countInput, countWords, piecesOf, textsIn } from './answers.ts';
import { type Body, type Exchange, event, requestIds, sendJson, sendStream } from './exchange.ts';

const CREATED = 1_760_000_000;

/** OpenAI's protocol. Returns whether the path belongs to it. */
export async function answerOpenAI(exchange: Exchange): Promise<boolean> {
  const answer = Object.entries(PATHS).find(([end]) => exchange.path.endsWith(end))?.[1];
  await answer?.(exchange);
  return answer !== undefined;
}

const PATHS: Readonly<Record<string, (exchange: Exchange) => void | Promise<void>>> = {
  '/chat/completions': chat,
  '/responses': responses,
  '/embeddings': embeddings,
  '/images/generations': images,
  '/audio/speech': speech,
  '/audio/transcriptions': transcription,
  '/moderations': moderation,
};

async function chat(exchange: Exchange): Promise<void> {
  const { body, model, directives } = exchange;
  const calls = directives.tool && body.messages.at(-1)?.role !== 'tool' ? [toolCall(body)] : undefined;
  const text = calls ? '' : contentFor(exchange, body.messages, body.max_tokens ?? body.max_completion_tokens);
  const output = (calls ? 9 : countWords(text)) + directives.reasoning;
  const input = Math.max(countInput(body.messages), directives.cached);
  const usage = {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: directives.cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: directives.reasoning, audio_tokens: 0 },
  };
  const common = {
    id: `chatcmpl-${input}-${output}`,
    created: CREATED,
    model,
    service_tier: directives.tier ?? 'default',
    system_fingerprint: 'fp_shop',
  };
  const reason = calls ? 'tool_calls' : 'stop';
  if (!body.stream) {
    const message = {
      role: 'assistant',
      content: calls ? null : text,
      refusal: null,
      ...(calls && { tool_calls: calls }),
    };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: reason }];
    sendJson(exchange, { ...common, object: 'chat.completion', choices, usage });
    return;
  }
  const asked = body.stream_options?.include_usage === true;
  const chunk = (delta: Body, finish: string | null = null, last: Body = {}): string =>
    event({
      ...common,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(asked && { usage: null }),
      ...last,
    });
  const pieces = [chunk({ role: 'assistant', content: '', refusal: null })];
  if (directives.streamError) {
    pieces.push(event({ error: { message: 'The model is overloaded', type: 'server_error' } }));
    await sendStream(exchange, 'text/event-stream; charset=utf-8', pieces);
    return;
  }
  if (calls) pieces.push(chunk({ tool_calls: calls.map((call, index) => ({ index, ...call })) }));
  for (const content of piecesOf(text)) pieces.push(chunk({ content }));
  pieces.push(chunk({}, reason, exchange.mistral ? { usage } : {}));
  if (asked) pieces.push(event({ ...common, object: 'chat.completion.chunk', choices: [], usage }));
  pieces.push(event('[DONE]'));
  await sendStream(exchange, 'text/event-stream; charset=utf-8', pieces);
}

function toolCall(body: Body): Body {
  const name = body.tools?.[0]?.function?.name ?? 'look_up';
  return { id: 'call_1', type: 'function', function: { name, arguments: '{"id":7}' } };
}

function contentFor({ body, directives }: Exchange, messages: unknown, most?: number): string {
  const format = body.response_format?.type ?? body.text?.format?.type;
  if (format === 'json_schema' || format === 'json_object') return '{"answer":"Yes, it is in stock.","days":3}';
  return 'x'.repeat(directives.pad) + answerTo(textsIn(messages).join('\n'), directives.words, most);
}

async function responses(exchange: Exchange): Promise<void> {
  const { body, model, directives } = exchange;
  const text = contentFor(exchange, body.input, body.max_output_tokens);
  const input = Math.max(countInput(body.input), directives.cached);
  const output = countWords(text) + directives.reasoning;
  const item = { type: 'output_text', text, annotations: [], logprobs: [] };
  const message = { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [item] };
  const made = (status: string, rest: Body): Body => ({
    id: `resp_${input}_${output}`,
    object: 'response',
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    model,
    output: [],
    parallel_tool_calls: true,
    service_tier: directives.tier ?? 'default',
    tools: [],
    usage: null,
    ...rest,
  });
  const response = made('completed', {
    output: [message],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: directives.cached },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: directives.reasoning },
      total_tokens: input + output,
    },
  });
  if (!body.stream) {
    sendJson(exchange, response);
    return;
  }
  let sequence = 0;
  const tell = (type: string, fields: Body): string => event({ type, sequence_number: sequence++, ...fields }, type);
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  await sendStream(exchange, 'text/event-stream; charset=utf-8', [
    tell('response.created', { response: made('in_progress', {}) }),
    tell('response.output_item.added', { output_index: 0, item: { ...message, status: 'in_progress', content: [] } }),
    tell('response.content_part.added', { ...at, part: { ...item, text: '' } }),
    ...piecesOf(text).map((delta) => tell('response.output_text.delta', { ...at, delta, logprobs: [] })),
    tell('response.output_text.done', { ...at, text, logprobs: [] }),
    tell('response.content_part.done', { ...at, part: item }),
    tell('response.output_item.done', { output_index: 0, item: message }),
    tell('response.completed', { response }),
  ]);
}

function embeddings(exchange: Exchange): void {
  const { body, model } = exchange;
  const inputs: unknown[] = Array.isArray(body.input) ? body.input : [body.input];
  const numbers = Float32Array.from({ length: body.dimensions ?? 8 }, (_, i) => 1 / (i + 1));
  const embedding =
    body.encoding_format === 'base64' ? Buffer.from(numbers.buffer).toString('base64') : Array.from(numbers);
  const tokens = inputs.reduce<number>((sum, input) => sum + Math.ceil(String(input).length / 4), 0);
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding }));
  sendJson(exchange, { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

function images(exchange: Exchange): void {
  const { body, model } = exchange;
  const count = body.n ?? 1;
  const data = Array.from({ length: count }, () => ({ b64_json: Buffer.from('a picture').toString('base64') }));
  const input = Math.ceil(body.prompt.length / 4);
  const usage = {
    input_tokens: input,
    input_tokens_details: { text_tokens: input, image_tokens: 0 },
    output_tokens: 272 * count,
    total_tokens: input + 272 * count,
  };
  sendJson(exchange, { created: CREATED, data, ...(model.startsWith('gpt-image') && { usage }) });
}

function speech({ body, response, requestId }: Exchange): void {
  response.writeHead(200, { 'content-type': 'audio/mpeg', ...requestIds(requestId) });
  response.end(Buffer.alloc(body.input.length * 10, 1));
}

function transcription(exchange: Exchange): void {
  const { model } = exchange;
  const text = answerTo('a recording');
  const usage = model.startsWith('whisper')
    ? { type: 'duration', seconds: 9 }
    : {
        type: 'tokens',
        input_tokens: 14,
        input_token_details: { text_tokens: 0, audio_tokens: 14 },
        output_tokens: countWords(text),
        total_tokens: 14 + countWords(text),
      };
  sendJson(exchange, { text, usage });
}

function moderation(exchange: Exchange): void {
  const results = [{ flagged: false, categories: { violence: false }, category_scores: { violence: 0.01 } }];
  sendJson(exchange, { id: 'modr_1', model: exchange.model, results });
}
