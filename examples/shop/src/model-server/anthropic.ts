import { answerTo, countInput, countWords, piecesOf, textsIn } from './answers.ts';
import { type Body, type Exchange, event, sendJson, sendStream } from './exchange.ts';

/** Anthropic's Messages protocol. Returns whether the path belongs to it. */
export async function answerAnthropic(exchange: Exchange): Promise<boolean> {
  if (!exchange.path.endsWith('/v1/messages')) return false;
  const message = messageFor(exchange);
  if (exchange.body.stream) await sendStream(exchange, 'text/event-stream; charset=utf-8', eventsOf(message, exchange));
  else sendJson(exchange, message);
  return true;
}

/** The whole message that answers a request. */
export function messageFor({ body, model, directives }: Exchange): Body {
  const { cached, cacheWrite, cacheWrite1h, reasoning, tier } = directives;
  const answered = JSON.stringify(body.messages.at(-1)).includes('tool_result');
  const calls = directives.tool && !answered;
  const prompt = textsIn(body.messages).join('\n');
  const text = 'x'.repeat(directives.pad) + answerTo(prompt, directives.words, body.max_tokens);
  const content: Body[] = [];
  if (reasoning > 0) content.push({ type: 'thinking', thinking: 'I look it up.', signature: 'c2lnbmVk' });
  if (calls)
    content.push({ type: 'tool_use', id: 'toolu_1', name: body.tools?.[0]?.name ?? 'look_up', input: { id: 7 } });
  else content.push({ type: 'text', text, citations: null });
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: calls ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: countInput(body.messages) + (body.system === undefined ? 0 : countInput(body.system)),
      cache_creation_input_tokens: cacheWrite + cacheWrite1h,
      cache_read_input_tokens: cached,
      cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: cacheWrite1h },
      output_tokens: (calls ? 9 : countWords(text)) + reasoning,
      service_tier: tier ?? 'standard',
    },
  };
}

function eventsOf(message: Body, { directives }: Exchange): string[] {
  const tell = (type: string, fields: Body = {}): string => event({ type, ...fields }, type);
  const { content, usage, stop_reason } = message;
  const begun = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
  const events = [tell('message_start', { message: begun }), tell('ping')];
  for (const [index, block] of (content as Body[]).entries()) {
    const empty = { text: '', thinking: '', signature: '', input: {} };
    const fields = Object.keys(block).map((key) => [key, key in empty ? empty[key as keyof typeof empty] : block[key]]);
    events.push(tell('content_block_start', { index, content_block: Object.fromEntries(fields) }));
    if (directives.streamError) {
      events.push(tell('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }));
      return events;
    }
    for (const delta of deltasOf(block)) events.push(tell('content_block_delta', { index, delta }));
    events.push(tell('content_block_stop', { index }));
  }
  events.push(
    tell('message_delta', {
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: usage.output_tokens },
    }),
    tell('message_stop'),
  );
  return events;
}

function deltasOf(block: Body): Body[] {
  if (block.type === 'text') return piecesOf(block.text).map((text) => ({ type: 'text_delta', text }));
  if (block.type === 'tool_use') return [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }];
  return [
    { type: 'thinking_delta', thinking: block.thinking },
    { type: 'signature_delta', signature: block.signature },
  ];
}
