import { answerTo, countInput, countWords, piecesOf, textsIn } from './answers.ts';
import { messageFor } from './anthropic.ts';
import { eventMessage } from './event-stream.ts';
import { type Body, type Exchange, sendJson, sendStream } from './exchange.ts';

const EVENT_STREAM = 'application/vnd.amazon.eventstream';

/** Bedrock's protocol. Returns whether the path belongs to it. */
export async function answerBedrock(exchange: Exchange): Promise<boolean> {
  if (!exchange.path.startsWith('/model/')) return false;
  const { path } = exchange;
  if (path.endsWith('/converse')) sendJson(exchange, conversed(exchange));
  else if (path.endsWith('/converse-stream')) await sendStream(exchange, EVENT_STREAM, conversation(exchange));
  else if (path.endsWith('/invoke')) {
    const message = messageFor(exchange);
    sendJson(exchange, message, {
      'x-amzn-bedrock-input-token-count': String(message.usage.input_tokens),
      'x-amzn-bedrock-output-token-count': String(message.usage.output_tokens),
    });
  } else if (path.endsWith('/invoke-with-response-stream')) {
    await sendStream(exchange, EVENT_STREAM, invocation(messageFor(exchange)));
  } else return false;
  return true;
}

function conversed(exchange: Exchange): Body {
  const text = answerTo(textsIn(exchange.body.messages).join('\n'), exchange.directives.words);
  return {
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason: 'end_turn',
    usage: usageOf(exchange, countWords(text)),
    metrics: { latencyMs: 12 },
  };
}

function usageOf({ body, directives }: Exchange, outputTokens: number): Body {
  const inputTokens = countInput(body.messages);
  const { cached, cacheWrite } = directives;
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens + cached + cacheWrite,
    cacheReadInputTokens: cached,
    cacheWriteInputTokens: cacheWrite,
  };
}

function conversation(exchange: Exchange): Uint8Array[] {
  const { output, usage, metrics } = conversed(exchange);
  const text: string = output.message.content[0].text;
  return [
    eventMessage('messageStart', { role: 'assistant' }),
    ...piecesOf(text).map((piece) =>
      eventMessage('contentBlockDelta', { contentBlockIndex: 0, delta: { text: piece } }),
    ),
    eventMessage('contentBlockStop', { contentBlockIndex: 0 }),
    eventMessage('messageStop', { stopReason: 'end_turn' }),
    eventMessage('metadata', { usage, metrics }),
  ];
}

function invocation(message: Body): Uint8Array[] {
  const { usage } = message;
  const chunk = (value: Body): Uint8Array =>
    eventMessage('chunk', { bytes: Buffer.from(JSON.stringify(value)).toString('base64') });
  return [
    chunk({ type: 'message_start', message: { ...message, content: [], usage: { ...usage, output_tokens: 1 } } }),
    ...piecesOf(message.content[0].text).map((text) =>
      chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    ),
    chunk({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: usage.output_tokens } }),
    chunk({ type: 'message_stop' }),
  ];
}
