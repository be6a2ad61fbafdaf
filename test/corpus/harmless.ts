import type { Random } from './random.ts';
import { ibanOf, luhn } from './secrets.ts';

/** A kind of text that must stay readable. */
export interface HarmlessKind {
  readonly name: string;
  readonly make: (random: Random) => string;
}

function kind(name: string, make: (random: Random) => string): HarmlessKind {
  return { name, make };
}

const WORDS =
  'order payment customer warehouse shipped failed retrying queue worker cache timeout upstream gateway invoice refund region batch import export report user session token password key secret login'.split(
    ' ',
  );
const words = (random: Random, count: number) => Array.from({ length: count }, () => random.pick(WORDS)).join(' ');
const two = (value: number) => String(value).padStart(2, '0');
const date = (random: Random) =>
  `${random.between(2015, 2030)}-${two(random.between(1, 12))}-${two(random.between(1, 28))}`;
const time = (random: Random) =>
  `${two(random.between(0, 23))}:${two(random.between(0, 59))}:${two(random.between(0, 59))}`;
const ip = (random: Random) => Array.from({ length: 4 }, () => random.between(1, 254)).join('.');

/** A number of a card's length with a wrong check digit. */
function almostCard(random: Random): string {
  const number = luhn(random, random.pick(['4', '51', '6011', '62']), 16);
  return number.slice(0, -1) + ((Number(number.at(-1)) + random.between(1, 9)) % 10);
}

export const HARMLESS: readonly HarmlessKind[] = [
  kind(
    'password in prose',
    (random) =>
      `password ${random.pick(['attempt', 'user', 'rule', 'sha', 'v', 'min'])}${random.between(1, 512)} ${random.pick(['failed', 'changed', 'used'])}`,
  ),
  kind(
    'route of one use',
    (random) =>
      `GET /${random.pick(['verify', 'reset-password', 'invite'])}/${random.pick([':token', random.uuid(), random.hex(24), `order-${random.digits(4)}-of-the-day`])}`,
  ),
  kind('public JSON web key', (random) => `{"kty":"RSA","kid":"a","n":"${random.word(86)}","e":"AQAB"}`),
  kind(
    'letters as keys',
    (random) => `{"d":"${random.lower(8)}","p":"${random.hex(24)}","k":${random.between(1, 99)}}`,
  ),
  kind('pod of a secret controller', (random) => `secret-rotation-${random.lower(10)}-${random.lower(5)}`),
  kind('SQL parameters', (random) => `select * from t where a = $1 and b = $2 and c = $${random.between(3, 12)}`),
  kind('prices in dollars', (random) => `$${random.between(1, 9)} or $${random.between(10, 999)}.${random.digits(2)}`),
  kind(
    'assembly and namespace',
    (random) => `Microsoft.Extensions.Logging${random.between(1, 9)}.Console.ConsoleLoggerProvider`,
  ),
  kind(
    'locale',
    (random) => `${random.pick(['sk_SK', 'as-IN', 'pat.apply(this)', 'ion-icon', 'oct-2026'])} ${random.between(1, 9)}`,
  ),
  kind('test name', (random) => `live_update_of_page_${random.between(1, 99)} passed`),
  kind('uuid', (random) => random.uuid()),
  kind('uuid in a path', (random) => `/v1/orders/${random.uuid()}/items`),
  kind('uuid in upper case', (random) => random.uuid().toUpperCase()),
  kind(
    'uuid of digits',
    (random) =>
      `${random.digits(8)}-${random.digits(4)}-4${random.digits(3)}-8${random.digits(3)}-${random.digits(12)}`,
  ),
  kind('ulid', (random) => `01${random.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 24)}`),
  kind('nanoid', (random) => random.word(21)),
  kind('object id', (random) => random.hex(24)),
  kind('git hash', (random) => `commit ${random.hex(40)}`),
  kind('short git hash', (random) => `${random.hex(7)}..${random.hex(7)}`),
  kind('sha-256', (random) => `sha256:${random.hex(64)}`),
  kind('sha-512', (random) => random.hex(128)),
  kind('md5', (random) => random.hex(32)),
  kind('integrity', (random) => `sha512-${random.base64(86)}==`),
  kind('etag', (random) => `W/"${random.hex(4)}-${random.base64(27)}"`),
  kind('timestamp', (random) => `${date(random)}T${time(random)}.${random.digits(3)}Z`),
  kind('timestamp with offset', (random) => `${date(random)} ${time(random)} +0${random.between(1, 9)}:00`),
  kind('compact timestamp', (random) => `${date(random).replaceAll('-', '')}T${time(random).replaceAll(':', '')}Z`),
  kind(
    'timestamp of digits',
    (random) => `${date(random).replaceAll('-', '')}${time(random).replaceAll(':', '')}${random.digits(3)}`,
  ),
  kind('http date', (random) => `Sun, 22 Nov ${random.between(2015, 2030)} ${time(random)} GMT`),
  kind('clf date', (random) => `[22/Nov/${random.between(2015, 2030)}:${time(random)} +0000]`),
  kind('epoch seconds', (random) => `at ${random.between(1_600_000_000, 1_999_999_999)}`),
  kind('epoch milliseconds', (random) => `at ${random.between(1_600_000_000_000, 1_999_999_999_999)}`),
  kind('epoch microseconds', (random) => `at 1${random.digits(15)}`),
  kind('epoch nanoseconds', (random) => `at 1${random.digits(18)}`),
  kind('decimal', (random) => `${random.between(0, 9)}.${random.digits(16)}`),
  kind(
    'coordinates',
    (random) => `${random.between(-89, 89)}.${random.digits(15)},${random.between(-179, 179)}.${random.digits(14)}`,
  ),
  kind('price', (random) => `total ${random.between(1, 9_999_999)}.${random.digits(2)} EUR`),
  kind(
    'number with commas',
    (random) => `4,${random.digits(3)},${random.digits(3)},${random.digits(3)},${random.digits(3)}`,
  ),
  kind('scientific', (random) => `${random.between(1, 9)}.${random.digits(12)}e-${random.between(1, 20)}`),
  kind('order number', (random) => `order ${random.between(100_000, 99_999_999)}`),
  kind('order number of another shop', (random) => `${random.digits(3)}-${random.digits(7)}-${random.digits(7)}`),
  kind('order number with a prefix', (random) => `ORD-${random.between(2015, 2030)}-${random.digits(6)}`),
  kind('almost a card', (random) => `id ${almostCard(random)}`),
  kind('no card issuer', (random) => luhn(random, random.pick(['0', '7', '9']), 16).replace(/^9792|^9860/, '9111')),
  kind('digits within hex', (random) => `a${luhn(random, '4', 16)}b${random.hex(15)}`),
  kind('long number', (random) => random.digits(random.between(20, 60))),
  kind('almost an iban', (random) =>
    ibanOf('DE', random.digits(18)).replace(/^DE(\d)/, (_, digit) => `DE${(Number(digit) + 1) % 10}`),
  ),
  kind(
    'invalid ssn',
    (random) =>
      `${random.pick(['000', '666', `9${random.digits(2)}`])}-${random.between(10, 99)}-${random.between(1000, 9999)}`,
  ),
  kind('ssn without a serial', (random) => `${random.between(100, 599)}-${random.between(10, 99)}-0000`),
  kind('phone', (random) => `${random.between(200, 999)}-${random.between(200, 999)}-${random.digits(4)}`),
  kind('imei', (random) => `imei ${luhn(random, '35', 15)}`),
  kind('tracking number', (random) => `1Z${random.upper(6)}${random.digits(10)}`),
  kind('isbn', (random) => `978-${random.digits(1)}-${random.digits(4)}-${random.digits(4)}-${random.digits(1)}`),
  kind('ip', (random) => `from ${ip(random)}:${random.between(1024, 65_535)}`),
  kind('ip version 6', (random) => `2001:db8:${random.hex(4)}:${random.hex(4)}::${random.hex(4)}`),
  kind('mac', (random) => Array.from({ length: 6 }, () => random.hex(2)).join(':')),
  kind(
    'version',
    (random) =>
      `v${random.between(0, 40)}.${random.between(0, 40)}.${random.between(0, 40)}-beta.${random.between(1, 9)}+${random.hex(7)}`,
  ),
  kind(
    'package',
    (random) =>
      `@scope/${random.pick(WORDS)}@${random.between(0, 40)}.${random.between(0, 40)}.${random.between(0, 9)}`,
  ),
  kind(
    'pnpm path',
    (random) =>
      `/node_modules/.pnpm/@babel+core@7.${random.between(1, 30)}.5_supports-color@8.1.1/node_modules/@babel/core`,
  ),
  kind(
    'stack frame',
    (random) =>
      `    at ${random.pick(['Object.handle', 'async Server.<anonymous>', 'processTicksAndRejections', 'new Promise'])} (file:///srv/app/node_modules/express/lib/router/index.js:${random.between(1, 900)}:${random.between(1, 80)})`,
  ),
  kind(
    'native frame',
    (random) =>
      `    at TokenStore.read (node:internal/process/task_queues:${random.between(1, 900)}:${random.between(1, 80)})`,
  ),
  kind('windows path', (random) => `C:\\Users\\app\\${random.pick(WORDS)}\\token.txt`),
  kind('unix path', (random) => `/var/lib/app/${random.pick(WORDS)}/${random.pick(WORDS)}-${random.digits(5)}.log.gz`),
  kind(
    'url',
    (random) =>
      `https://api.example.com:8443/v1/${random.pick(['orders', 'users'])}/${random.digits(6)}?page=${random.between(1, 50)}&sort=-created_at#top`,
  ),
  kind('url with an at', (random) => `https://medium.com/@user${random.digits(3)}/a-story-${random.hex(12)}`),
  kind('ssh address', () => 'git@github.com:org/repo.git'),
  kind('percent-encoded', (random) => `/search?q=${encodeURIComponent(`${words(random, 3)} & more`)}`),
  kind(
    'harmless query',
    (random) => `?code=${random.between(200, 599)}&key=${random.pick(['name', 'date'])}&state=open&hash=`,
  ),
  kind('image', (random) => `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA${random.base64(200)}`),
  kind('jpeg', (random) => `/9j/4AAQSkZJRgABAQ${random.base64(200)}`),
  kind('base64 of bytes', (random) =>
    Buffer.from(Array.from({ length: 48 }, () => random.between(0, 255))).toString('base64'),
  ),
  kind('base64 of prose', (random) => Buffer.from(`The ${words(random, 6)}.`).toString('base64')),
  kind('base64 of json', (random) =>
    Buffer.from(JSON.stringify({ page: random.between(1, 99), after: random.uuid() })).toString('base64'),
  ),
  kind(
    'user agent',
    (random) =>
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${random.between(80, 140)}.0.0.0 Safari/537.36`,
  ),
  kind('media type', () => 'multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW'),
  kind('accept', () => 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'),
  kind('cache-control', (random) => `public, max-age=${random.between(0, 86_400)}, stale-while-revalidate=60`),
  kind(
    'challenge',
    () => 'WWW-Authenticate: Bearer realm="api", error="invalid_token", error_description="The token expired"',
  ),
  kind('basic challenge', () => 'WWW-Authenticate: Basic realm="Access to the staging site", charset="UTF-8"'),
  kind('pod', (random) => `orders-service-${random.lower(10)}-${random.lower(5)}`),
  kind('arn', (random) => `arn:aws:lambda:eu-west-1:${random.digits(12)}:function:token-refresh`),
  kind('image digest', (random) => `registry.example.com/app/api@sha256:${random.hex(64)}`),
  kind('traceparent', (random) => `00-${random.hex(32)}-${random.hex(16)}-01`),
  kind('b3', (random) => `${random.hex(32)}-${random.hex(16)}-1`),
  kind(
    'stripe identifiers',
    (random) => `${random.pick(['cus', 'ch', 'pi', 'in', 'sub', 'price'])}_${random.alphanumeric(24)}`,
  ),
  kind('publishable key', (random) => `${['pk', 'live'].join('_')}_${random.alphanumeric(24)}`),
  kind('twilio account', (random) => `${'AC'}${random.hex(32)}`),
  kind('slack channel', (random) => `posted to C${random.upper(10)} by U${random.upper(10)}`),
  kind('snowflake', (random) => `message 1${random.digits(17)}`),
  kind('color', (random) => `#${random.hex(6)} #${random.hex(8)}`),
  kind(
    'duration',
    (random) =>
      `P${random.between(1, 30)}DT${random.between(1, 23)}H took ${random.between(1, 900)}.${random.digits(3)}ms`,
  ),
  kind('size', (random) => `${random.between(1, 999)}.${random.digits(2)} MiB of ${random.between(1, 64)} GiB`),
  kind(
    'pairs',
    (random) =>
      `status=200 duration_ms=${random.between(1, 999)} route=/orders/:id method=GET user_id=${random.between(1, 99_999)} bytes=${random.digits(6)}`,
  ),
  kind(
    'token counts',
    (random) =>
      `inputTokens=${random.between(1, 9999)} output_tokens: ${random.between(1, 9999)}, total_tokens=${random.between(1, 9999)} max_tokens=4096`,
  ),
  kind('token counts in json', (random) =>
    JSON.stringify({ prompt_tokens: random.between(1, 9999), completion_tokens: 12, tokenType: 'text' }),
  ),
  kind('cursor', (random) => `nextPageToken=${random.alphanumeric(16)} done`),
  kind(
    'sql',
    (random) =>
      `SELECT id, password_hash FROM users WHERE token_type = $1 AND created > '${date(random)}' LIMIT ${random.between(1, 99)}`,
  ),
  kind(
    'code',
    () => 'if (token === undefined || password !== other.password) throw new TypeError("Unexpected token: <")',
  ),
  kind(
    'parser error',
    (random) =>
      `SyntaxError: Unexpected token ${random.pick(['<', '}', 'o', "'a'"])} in JSON at position ${random.between(0, 999)}`,
  ),
  kind(
    'parser error with a colon',
    (random) =>
      `Unexpected token: ${random.pick(['punc ({)', 'name', 'keyword (const)', 'foo'])} at line ${random.between(1, 99)}`,
  ),
  kind('login prose', (random) =>
    random.pick([
      'password: must be at least 8 characters',
      'Password: required',
      'Invalid token: expired',
      'token: not found',
      'secret: missing',
      'The password is wrong',
      'forgot your password?',
      'Basic authentication failed',
      'Bearer token is missing',
      'token expired 5 minutes ago',
      'pin: too short',
      'API key: missing',
      'cookie: disabled',
    ]),
  ),
  kind('empty secrets', (random) =>
    JSON.stringify({ password: null, token: '', secret: random.pick([true, false]), apiKey: null }),
  ),
  kind('placeholders', (random) =>
    random.pick([
      `password=${'$'}{DB_PASSWORD}`,
      'password=********',
      'token=<token>',
      'secret: [REDACTED]',
      'api_key=xxxx',
      'password=process.env.PASSWORD',
    ]),
  ),
  kind(
    'public key',
    (random) => `-----BEGIN PUBLIC KEY-----\n${random.base64(64)}\n${random.base64(64)}\n-----END PUBLIC KEY-----`,
  ),
  kind(
    'certificate',
    (random) => `-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE${random.base64(44)}\n-----END CERTIFICATE-----`,
  ),
  kind('ssh public key', (random) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${random.base64(43)} host`),
  kind('retina image', (random) => `icons/${random.pick(WORDS)}@2x.png`),
  kind('handle', (random) => `thanks @${random.pick(WORDS)}${random.digits(2)}!`),
  kind('identifier', (random) =>
    random.pick([
      'getUserAuthenticationTokenProvider',
      'ERR_INVALID_ARG_TYPE_OF_CALLBACK',
      'this.settings.passwordPolicyLength',
      'sk-loading-spinner-container-item',
      'test_that_the_order_is_refunded_twice',
      'live_view_socket_connected_handler',
    ]),
  ),
  kind('prose', (random) => `${words(random, 8)}, ${words(random, 4)}.`),
  kind('json', (random) =>
    JSON.stringify({
      id: random.uuid(),
      amount: random.between(1, 99_999),
      at: `${date(random)}T${time(random)}Z`,
      tags: [random.pick(WORDS)],
      ok: true,
    }),
  ),
  kind('css', () => '.card-number { color: #fff; padding: 0 4px } @media (min-width: 640px) { .key { top: 0 } }'),
  kind(
    'html',
    (random) => `<div class="token" data-id="${random.digits(6)}"><a href="/password/reset">reset</a></div>`,
  ),
  kind('cron', () => '*/15 0-6 1,15 * 1-5'),
  kind('emoji and scripts', (random) => `✅ 注文 ${random.digits(4)} được giao — заказ №${random.digits(5)}`),
  kind('network error', (random) => `connect ECONNREFUSED ${ip(random)}:5432, getaddrinfo ENOTFOUND db.internal`),
  kind(
    'graphql',
    () => 'query Orders($first: Int!, $after: String) { orders(first: $first, after: $after) { edges { cursor } } }',
  ),
  kind('measurements', (random) => Array.from({ length: 6 }, () => random.between(100, 999)).join(' ')),
  kind('digits in groups', (random) => Array.from({ length: 3 }, () => random.digits(4)).join(' ')),
  kind(
    'author',
    (random) => `author: Ann Lee, keyboard: us, monkey=${random.digits(4)}, tokenizer=cl100k_base, passenger: 4`,
  ),
];
