const SENTENCES = [
  'Thank you for your order, which is packed with care and leaves us today.',
  'Everything in it is in stock, so you can expect it within three days.',
  'You may send it back within thirty days if something is not as you like it.',
  'Our shop answers every question on working days between nine and five.',
];

/** The answer to a prompt: always the same to the same, of so many words where that is asked for. */
export function answerTo(prompt: string, words?: number, most = Infinity): string {
  let sum = 0;
  for (let i = 0; i < prompt.length; i++) sum = (sum * 31 + prompt.charCodeAt(i)) % 65_521;
  const all = [...SENTENCES, ...SENTENCES].slice(sum % SENTENCES.length).slice(0, words === undefined ? 2 : undefined);
  const vocabulary = all.join(' ').split(' ');
  const wanted = Math.max(1, Math.min(words ?? vocabulary.length, most));
  return Array.from({ length: wanted }, (_, i) => vocabulary[i % vocabulary.length]).join(' ');
}

/** An answer in the pieces that a stream brings: a word and the space behind it, which are one token here. */
export function piecesOf(text: string): string[] {
  return text.match(/\S+\s*/g) ?? [];
}

/** The tokens of an answer: its words. */
export function countWords(text: string): number {
  return piecesOf(text).length;
}

/** The tokens of what is sent: one for each four characters of the texts in it, and three for each message. */
export function countInput(messages: unknown): number {
  const list = Array.isArray(messages) ? messages : [messages];
  return Math.ceil(textsIn(list).join('').length / 4) + 3 * list.length;
}

/** All texts in a request's messages, whatever the protocol calls their fields. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => (TEXT_FIELDS.has(key) ? textsIn(entry) : []));
}

const TEXT_FIELDS = new Set(['content', 'text', 'parts', 'output', 'input']);
