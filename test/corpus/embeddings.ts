import { inspect } from 'node:util';
import type { Random } from './random.ts';
import type { SecretKind } from './secrets.ts';

/** A place where a secret can stand in what a service logs. */
export interface Embedding {
  readonly name: string;
  readonly embed: (secret: string, random: Random) => unknown;
  /** Whether the kind can stand there; all can if this is left out. */
  readonly fits?: (kind: SecretKind) => boolean;
}

const inAddress = ({ spaced, address }: SecretKind) => !spaced && !address;
const inWord = ({ spaced }: SecretKind) => !spaced;

class Customer {
  readonly note: string;
  constructor(note: string) {
    this.note = note;
  }
  toJSON(): unknown {
    return { kind: 'customer', note: this.note };
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

export const EMBEDDINGS: readonly Embedding[] = [
  { name: 'alone', embed: (secret) => secret },
  { name: 'in a sentence', embed: (secret) => `Could not use ${secret} for order 42, giving up` },
  { name: 'at the end of a sentence', embed: (secret) => `Rejected: ${secret}.` },
  { name: 'in quotes', embed: (secret) => `value "${secret}" was rejected, '${secret}' too` },
  { name: 'in brackets', embed: (secret) => `rejected (${secret}) [${secret}] {${secret}} <${secret}>` },
  { name: 'in backquotes', embed: (secret) => `ran with \`${secret}\`` },
  { name: 'after an arrow', embed: (secret) => `config.value => ${secret}; next`, fits: inWord },
  { name: 'in a list', embed: (secret) => `a,${secret},b`, fits: inWord },
  { name: 'between pipes', embed: (secret) => `| ann | ${secret} | 3 |` },
  { name: 'after a tab', embed: (secret) => `ann\t${secret}\t3` },
  { name: 'on a line of its own', embed: (secret) => `first\n${secret}\nlast` },
  { name: 'after an escaped line end', embed: (secret) => `first\\n${secret}\\nlast`, fits: inWord },
  { name: 'beside a plain name', embed: (secret) => `note=${secret} status=200`, fits: inWord },
  { name: 'in JSON', embed: (secret) => JSON.stringify({ id: 7, note: secret, list: [secret] }) },
  { name: 'in JSON in JSON', embed: (secret) => JSON.stringify({ body: JSON.stringify({ note: `see ${secret}` }) }) },
  { name: 'as inspect prints it', embed: (secret) => inspect({ note: secret, nested: { list: [secret] } }) },
  {
    name: 'in a path',
    embed: (secret) => `GET /v1/items/${secret}/detail 404`,
    fits: (kind) => inAddress(kind) && !/braintree/.test(kind.name),
  },
  { name: 'in a query', embed: (secret) => `https://example.com/a?page=2&q=${secret}&x=1`, fits: inAddress },
  { name: 'in a fragment', embed: (secret) => `https://example.com/a#v=${secret}`, fits: inAddress },
  { name: 'percent-encoded in a query', embed: (secret) => `/a?next=${encodeURIComponent(`/x?v=${secret}`)}&y=1` },
  { name: 'percent-encoded', embed: (secret) => encodeURIComponent(`note: ${secret}`) },
  { name: 'in base64', embed: (secret) => base64(`{"note":"${secret}"}`) },
  {
    name: 'in base64 in a sentence',
    embed: (secret) => `payload ${Buffer.from(`v ${secret}`).toString('base64url')} dropped`,
  },
  { name: 'in an element', embed: (secret) => `<note lang="en">${secret}</note>` },
  { name: 'in an error', embed: (secret) => new Error(`upstream said ${secret}`) },
  {
    name: 'in a cause',
    embed: (secret) => new Error('outer', { cause: new TypeError('inner', { cause: { note: secret } }) }),
  },
  {
    name: 'in an aggregate',
    embed: (secret) => new AggregateError([new Error(secret), { note: secret }], 'both failed'),
  },
  { name: 'in a field of an error', embed: (secret) => Object.assign(new Error('x'), { response: { data: secret } }) },
  { name: 'in raw headers', embed: (secret) => ['Host', 'example.com', 'X-Note', secret] },
  {
    name: 'in pairs',
    embed: (secret) => [
      ['x-note', secret],
      ['host', 'example.com'],
    ],
  },
  {
    name: 'in a Map',
    embed: (secret) =>
      new Map<string, unknown>([
        ['a', 1],
        ['note', { deep: secret }],
      ]),
  },
  { name: 'as a key of a Map', embed: (secret) => new Map([[secret, 1]]) },
  { name: 'in a Set', embed: (secret) => new Set(['a', secret]) },
  { name: 'in URLSearchParams', embed: (secret) => new URLSearchParams({ q: secret, page: '2' }) },
  { name: 'in Headers', embed: (secret) => new Headers({ 'x-note': secret, host: 'a' }), fits: inWord },
  { name: 'deep in an object', embed: (secret) => ({ a: [{ b: { c: [{ d: secret }] } }] }) },
  { name: 'as a key', embed: (secret) => ({ byValue: { [secret]: true } }) },
  { name: 'in a class with toJSON', embed: (secret) => new Customer(secret) },
  { name: 'behind a null prototype', embed: (secret) => Object.assign(Object.create(null), { note: secret }) },
  { name: 'in a symbol', embed: (secret) => [Symbol(secret)] },
];
