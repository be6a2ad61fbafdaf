import { DATA_MS, DATA_START } from './dataset.ts';
import { ExpressionGenerator } from './generate-expression.ts';
import type { Random } from './random.ts';

/** A request to the API: a path below `/api/v1/`, what its address asks, and a form. */
export interface ApiRequest {
  readonly path: string;
  readonly method?: string;
  readonly query?: string;
  readonly form?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const MIDDLE = (DATA_START + DATA_MS / 2) / 1000;
const RANGE = { start: String(MIDDLE - 600), end: String(MIDDLE), step: '60' };

/** Every endpoint with what it takes and what it refuses. */
export function writtenRequests(): ApiRequest[] {
  return [...instants(), ...ranges(), ...lists(), ...others()];
}

function instants(): ApiRequest[] {
  const expressions = [
    'temperature',
    'requests_total[1m]',
    'scalar(sum(temperature))',
    '"text with \\"quotes\\" and ünïcode 😀"',
    '1e21 * 3',
    '1e-7',
    '-0',
    '1 / 0',
    '0 / 0',
    'odd',
    'special',
    'nothing',
    'sum by (job) (rate(requests_total[5m]))',
    'histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))',
    '',
    ' ',
    '# only words',
    'temperature(',
    'sum(',
    'rate(temperature)',
    'requests_total + on (job) errors_total',
    'label_replace(temperature, "room", "same", "room", ".*")',
    'temperature[5m] + 1',
    'unknown_function(temperature)',
    '{}',
    '{job=~".*"}',
    'temperature{room=~"("}',
    '"unterminated',
  ];
  const times = ['', 'abc', '1e9', '1700003640.0009', '-5', '0', '2023-11-14T23:14:00Z', '2023-11-15T01:14:00.5+02:00'];
  const wrongTimes = [
    '2023-02-30T00:00:00Z',
    '2023-11-14',
    '2023-11-14 23:14:00',
    '2023-13-01T00:00:00Z',
    '0x5',
    '1,5',
  ];
  const timeouts = ['5', '5s', '0.5', '1m30s', '0', '-1', 'abc', '1x', '-5s', '1e40', '1h1h', '5m1h'];
  return [
    ...expressions.flatMap((query) => [
      { path: 'query', query: form({ query, time: String(MIDDLE) }) },
      { path: 'query', method: 'POST', form: form({ query, time: String(MIDDLE) }) },
    ]),
    ...[...times, ...wrongTimes].map((time) => ({ path: 'query', query: form({ query: 'time() * 0 + 1', time }) })),
    ...timeouts.map((timeout) => ({
      path: 'query',
      query: form({ query: 'temperature', time: String(MIDDLE), timeout }),
    })),
    { path: 'query' },
    { path: 'query', query: form({ query: '1', time: '5' }), method: 'POST', form: form({ query: '2', time: '6' }) },
    { path: 'query', query: form({ query: '1', time: '5' }), method: 'POST', form: '' },
    { path: 'query', query: 'query=1&time=5&query=2&time=6' },
    { path: 'query', method: 'POST', form: '{"query":"1"}', headers: { 'content-type': 'application/json' } },
    { path: 'query', method: 'POST', form: 'query=1', headers: { 'content-type': 'text/plain' } },
    { path: 'query', query: 'query=1%2B1&time=4' },
    { path: 'query', query: 'query=1+%2B+1&time=4' },
  ];
}

function ranges(): ApiRequest[] {
  const expressions = ['temperature', '1', 'rate(requests_total[5m])', 'flapping', 'special', 'lonely', 'nothing'];
  const wrong = ['', '"text"', 'temperature[5m]', 'sum(', 'requests_total + on (job) errors_total', '{}', 'rate(x)'];
  const steps = [
    '',
    '0',
    '-1',
    'abc',
    '1m',
    '90',
    '0.5',
    '30s',
    '1m5',
    '1h',
    '1e3',
    '60.0015',
    '+5',
    '.5',
    '5.',
    'NaN',
  ];
  const edges = ['', 'abc', '1', '2e9', '2023-11-14T23:00:00Z', String(MIDDLE + 1)];
  return [
    ...[...expressions, ...wrong].flatMap((query) => [
      { path: 'query_range', query: form({ ...RANGE, query }) },
      { path: 'query_range', method: 'POST', form: form({ ...RANGE, query }) },
    ]),
    ...steps.map((step) => ({ path: 'query_range', query: form({ ...RANGE, query: 'temperature', step }) })),
    ...edges.flatMap((edge) => [
      { path: 'query_range', query: form({ ...RANGE, query: '1', step: '1e8', start: edge }) },
      { path: 'query_range', query: form({ ...RANGE, query: '1', step: '1e8', end: edge }) },
    ]),
    ...['10999', '11000', '11000.9', '11001', '20000'].map((end) => ({
      path: 'query_range',
      query: form({ query: '1', start: '0', end, step: '1' }),
    })),
    { path: 'query_range', query: form({ query: '1' }) },
    { path: 'query_range', query: form({ ...RANGE, query: 'temperature', timeout: '0' }) },
    { path: 'query_range', query: form({ ...RANGE, query: 'temperature', timeout: 'no' }) },
  ];
}

function lists(): ApiRequest[] {
  const all = { start: String(DATA_START / 1000), end: String((DATA_START + DATA_MS) / 1000) };
  const selectors: readonly (readonly string[])[] = [
    [],
    ['temperature'],
    ['lonely', 'temperature{room="hall"}', 'lonely'],
    ['{job="api"}'],
    ['{__name__=~"requests.*",code!="200"}'],
    ['odd{label=~".*quote.*"}'],
    ['nothing'],
    ['temperature', 'nothing('],
    ['{}'],
    ['{job=~".*"}'],
    [''],
    ['temperature[5m]'],
    ['temperature offset 5m'],
    ['temperature @ 5'],
    ['sum(temperature)'],
    ['temperature{room=~"("}'],
    ['1'],
  ];
  const spans: readonly Readonly<Record<string, string>>[] = [
    {},
    all,
    { start: String(DATA_START / 1000 + 1801), end: String(DATA_START / 1000 + 2401) },
    { start: '5', end: '1' },
    { start: 'abc' },
    { end: 'abc' },
    { start: '2023-11-14T22:14:00Z' },
  ];
  const requests: ApiRequest[] = [];
  for (const match of selectors) {
    for (const span of spans) {
      const asked = form({ ...span }, match);
      requests.push({ path: 'series', query: asked }, { path: 'labels', query: asked });
      requests.push({ path: 'label/room/values', query: asked });
      requests.push({ path: 'series', method: 'POST', form: asked }, { path: 'labels', method: 'POST', form: asked });
    }
    requests.push({ path: 'label/__name__/values', query: form({}, match) });
    requests.push({ path: 'label/nothing/values', query: form({}, match) });
  }
  return requests;
}

function others(): ApiRequest[] {
  const empty = ['metadata', 'rules', 'alerts', 'targets', 'targets/metadata', 'alertmanagers'];
  const unknown = ['nothing', '', 'label/job', 'label', 'query/more', 'constructor', 'status', 'status/nothing'];
  return [
    ...empty.map((path) => ({ path })),
    ...unknown.map((path) => ({ path })),
    { path: 'metadata', query: 'limit=1' },
    { path: 'metadata', query: 'limit=no' },
    { path: 'metadata', query: 'metric=nothing' },
    { path: 'rules', query: 'type=alert' },
    { path: 'rules', query: 'type=record' },
    { path: 'rules', query: 'type=no' },
    ...['temperature', 'temperature(', '', '1', 'sum(temperature) + 1'].map((query) => ({
      path: 'query_exemplars',
      query: form({ query, start: '0', end: '5' }),
    })),
    { path: 'query_exemplars', query: form({ query: 'temperature', start: '5', end: '0' }) },
    { path: 'query_exemplars', query: form({ query: 'temperature', start: 'no' }) },
    ...['query', 'labels', 'rules', 'label/job/values', 'nothing'].flatMap((path) => [
      { path, method: 'PUT' },
      { path, method: 'PATCH' },
      { path, method: 'OPTIONS' },
      { path, method: 'OPTIONS', headers: { origin: 'http://elsewhere.example' } },
    ]),
    ...['label/job/values', 'rules', 'alerts', 'metadata', 'status/buildinfo'].map((path) => ({
      path,
      method: 'POST',
    })),
    { path: 'query', method: 'HEAD', query: 'query=1' },
    { path: 'query', method: 'DELETE' },
    { path: 'query', query: 'query=1&time=1', headers: { origin: 'http://elsewhere.example' } },
    { path: 'labels', headers: { 'accept-encoding': 'identity' } },
  ];
}

/** Questions as clients put them, at times and over ranges of all kinds. */
export function generatedRequests(random: Random, count: number): ApiRequest[] {
  const generator = new ExpressionGenerator(random);
  return Array.from({ length: count }, () => {
    const query = generator.expression();
    const method = random.chance(0.5) ? 'POST' : 'GET';
    const moment = DATA_START / 1000 + random.integer(0, DATA_MS / 1000);
    const range = { start: String(moment), end: String(moment + random.integer(0, 3000)), step: random.pick(STEPS) };
    const instant = random.chance(0.5);
    const asked = form(instant ? { query, time: String(moment) } : { query, ...range });
    const path = instant ? 'query' : 'query_range';
    return method === 'POST' ? { path, method, form: asked } : { path, query: asked };
  });
}

/** Written requests with characters exchanged, left out and put in, in paths, parameters and forms. */
export function oddRequests(random: Random, count: number): ApiRequest[] {
  const written = writtenRequests();
  const spoil = (text: string | undefined) => {
    if (text === undefined) return undefined;
    const at = random.integer(0, text.length + 1);
    return text.slice(0, at) + random.pick(ODD) + text.slice(at + random.integer(0, 3));
  };
  return Array.from({ length: count }, () => {
    const { path, query, form, ...rest } = random.pick(written);
    return {
      ...rest,
      path: random.chance(0.1) ? spoil(path)! : path,
      query: spoil(query),
      form: form === undefined ? undefined : spoil(form),
    };
  });
}

const ODD = [
  '',
  '&',
  '=',
  '%',
  '%00',
  '%ff',
  '+',
  '%2B',
  '%7B',
  '%22',
  '[',
  '..',
  '-',
  '9',
  'e9',
  'NaN',
  'é',
  '%F0%9F',
  ';',
];
const STEPS = ['15', '15s', '1m', '47', '10.5', '300', '5m', '0.9', '1h'];

function form(parameters: Readonly<Record<string, string>>, match: readonly string[] = []): string {
  const values = new URLSearchParams(parameters);
  for (const selector of match) values.append('match[]', selector);
  return values.toString();
}
