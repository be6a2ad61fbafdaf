import { expect, it } from 'vitest';
import { Seeded } from '../../../../test/seeded.ts';
import type { Answer } from './answer.ts';
import { AnswerReader } from './answer-reader.ts';
import { BodyCollector, objectInTail, parseObject } from './body-collector.ts';
import { EventScanner } from './event-scanner.ts';
import { openaiProtocol } from './openai.ts';
import { UsageStripper } from './usage-stripper.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The same bytes in pieces of random lengths. */
function cut(all: Uint8Array, random: Seeded): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < all.length; ) {
    const length = 1 + Math.floor(random.next() * 9);
    pieces.push(all.slice(at, at + length));
    at += length;
  }
  return pieces;
}

function scan(pieces: Iterable<Uint8Array>): { events: string[]; tails: string[] } {
  const found = { events: [] as string[], tails: [] as string[] };
  const scanner = new EventScanner(
    { event: (data) => found.events.push(data), tail: (data) => found.tails.push(data), isIdle: () => false },
    true,
  );
  for (const piece of pieces) scanner.push(piece);
  scanner.end();
  return found;
}

it('finds the same events however their bytes are cut, whatever ends their lines', () => {
  for (const end of ['\n', '\r\n']) {
    const text = [': a comment', 'event: one', 'data: {"a":1}', '', 'data:two', 'data: lines', '', 'data: é…€', ''];
    const expected = ['{"a":1}', 'two\nlines', 'é…€'];
    for (let seed = 1; seed <= 200; seed++) {
      expect(scan(cut(bytes(text.join(end)), new Seeded(seed))).events).toEqual(expected);
    }
  }
});

it('keeps of an event that is too long its end, where the usage is', () => {
  const long = `data: {"type":"response.completed","response":{"output":"${'x'.repeat(3_000_000)}","usage":{"input_tokens":7,"input_tokens_details":{"cached_tokens":2},"output_tokens":3},"user":null}}\n\n`;
  const all = bytes(long);
  const pieces = Array.from({ length: Math.ceil(all.length / 16_384) }, (_, i) =>
    all.slice(i * 16_384, (i + 1) * 16_384),
  );
  const { events, tails } = scan(pieces);
  expect(events).toEqual([]);
  expect(tails[0]!.length).toBeLessThan(200_000);
  const answer: Answer = {};
  openaiProtocol.readUsage(answer, objectInTail(tails[0]!, 'usage')!);
  expect(answer.usage).toEqual({ inputTokens: 7, outputTokens: 3, cachedInputTokens: 2 });
});

it('keeps of a body that is too long its end', () => {
  const body = new BodyCollector();
  for (let i = 0; i < 1000; i++) body.push(bytes(`${'1,'.repeat(5_000)}`));
  body.push(bytes('"usage": {"prompt_tokens": 9}}'));
  const { text, whole } = body.text();
  expect(whole).toBe(false);
  expect(text.length).toBeLessThan(300_000);
  expect(objectInTail(text, 'usage')).toEqual({ prompt_tokens: 9 });
});

it('reads no usage from what is none', () => {
  expect(objectInTail('"usage":{"a":', 'usage')).toBeUndefined();
  expect(objectInTail('nothing', 'usage')).toBeUndefined();
  expect(parseObject('[1]')).toBeUndefined();
  expect(parseObject('{"a"')).toBeUndefined();
});

it('takes out of a stream what was asked for, and nothing else, however its bytes are cut', () => {
  const chunk = (content: string): string =>
    `data: {"choices":[{"delta":{"content":${JSON.stringify(content)}}}],"usage":null}\n\n`;
  const plain = (content: string): string => `data: {"choices":[{"delta":{"content":${JSON.stringify(content)}}}]}\n\n`;
  const words = ['é', ',"usage":null', '"choices":[]', 'data: {}'];
  const last = 'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n';
  const sent = bytes(`${words.map(chunk).join('')}${last}data: [DONE]\n\n`);
  const expected = `${words.map(plain).join('')}data: [DONE]\n\n`;
  for (let seed = 1; seed <= 200; seed++) {
    expect(stripped(cut(sent, new Seeded(seed)))).toBe(expected);
  }
});

function stripped(pieces: readonly Uint8Array[]): string {
  const stripper = new UsageStripper();
  const out = pieces.map((piece) => Buffer.from(stripper.push(piece)));
  return Buffer.concat([...out, stripper.end()]).toString();
}

it('takes the usage out of whole events, however they are written', () => {
  const event = (usage: string): string => `data: {"choices":[{"delta":{"content":"é"}}]${usage}}\n\n`;
  const last = 'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n';
  const asked = `${event(',"usage":null').repeat(3)}${last}data: [DONE]\n\n`;
  const plain = `${event('').repeat(3)}data: [DONE]\n\n`;
  const ways: Readonly<Record<string, (text: string) => string>> = {
    'lines ended by CRLF': (text) => text.replaceAll('\n', '\r\n'),
    'lines ended by CR': (text) => text.replaceAll('\n', '\r'),
    'a byte order mark': (text) => `\ufeff${text}`,
    'no space after the colon': (text) => text.replaceAll('data: ', 'data:'),
    'an id and a name': (text) => text.replaceAll('data: ', 'id: 4\nevent: chunk\ndata: '),
    'an id after the data': (text) => text.replaceAll('\n\n', '\nid: 4\n\n'),
    'comments between events': (text) => `: hello\n\n${text.replaceAll('\n\n', '\n\n: still here\n\n')}`,
    'no blank line at the end': (text) => text.trimEnd(),
  };
  for (const [name, write] of Object.entries(ways)) {
    for (let seed = 1; seed <= 30; seed++) {
      const out = stripped(cut(bytes(write(asked)), new Seeded(seed)));
      if (name.startsWith('comments')) expect(out.replaceAll(': still here\n\n', '')).toBe(`: hello\n\n${plain}`);
      else if (name.startsWith('an id')) {
        const ids = out.match(/id: 4/g)!;
        expect([name, ids.length, out]).toEqual([name, 4, write(plain)]);
      } else expect([name, out]).toEqual([name, write(plain)]);
    }
  }
});

it('takes the usage out wherever in an event it stands', () => {
  const event = (data: string): string => stripped([bytes(`id: 1\ndata: ${data}\nretry: 5\n\n`)]);
  const line = (data: string): string => `id: 1\ndata: ${data}\nretry: 5\n\n`;
  expect(event('{"usage":null,"choices":[1]}')).toBe(line('{"choices":[1]}'));
  expect(event('{"usage" : null}')).toBe(line('{}'));
  expect(event('{"choices":[1],"usage":null,"obfuscation":"x"}')).toBe(line('{"choices":[1],"obfuscation":"x"}'));
  expect(event('{"choices":[1],\ndata: "usage":null}')).toBe(line('{"choices":[1]}'));
  expect(event('{"usage":{"a":1},\ndata: "choices":[]}')).toBe('');
  expect(event('{"choices":[{"usage":null}],"usage":null}')).toBe(line('{"choices":[{"usage":null}]}'));
});

it('leaves in a stream whatever it does not understand', () => {
  const odd = [
    'data: {"choices":[],"usage":{"prompt_tokens":1}\n\n',
    'data: "usage"\n\n',
    'event: "usage"\n\n',
    'data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}\n\n',
    `data: {"choices":["${'x'.repeat(200_000)}"],"usage":null}\n\n`,
  ].join('');
  const all = bytes(`${odd}data: {"choices":[],"usage":{}}\n\ndata: {"choices":[1],"usage":null}\n\ndata: "usage"`);
  const pieces = Array.from({ length: Math.ceil(all.length / 999) }, (_, i) => all.slice(i * 999, (i + 1) * 999));
  expect(stripped(pieces)).toBe(`${odd}data: {"choices":[1]}\n\ndata: "usage"`);
});

it('passes over whole events that say nothing, and over no other', () => {
  const reader = new AnswerReader({ protocol: openaiProtocol, model: 'm', operation: 'chat', stream: true }, false);
  const events: string[] = [];
  const scanner = new EventScanner(
    {
      event(data) {
        events.push(data);
        reader.event(data);
      },
      tail() {},
      isIdle: (text) => reader.isIdle(text),
    },
    false,
  );
  const piece = (content: string): string =>
    `data: {"model":"m","choices":[{"delta":{"content":"${content}"}}],"usage":null}\n\n`;
  const last = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n';
  const sent = [piece('a'), piece('b'), piece('c').slice(0, 30), piece('c').slice(30), piece('d') + last];
  for (const text of [...sent, piece('e'), 'data: [DONE]\n\n']) scanner.push(bytes(text));
  scanner.end();
  expect(events.join()).not.toMatch(/"[be]"/);
  expect(events).toHaveLength(5);
  expect(reader.answer.usage).toEqual({ inputTokens: 1, outputTokens: 2 });
  expect(reader.complete).toBe(true);
});
