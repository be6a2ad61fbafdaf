import type { Random } from './random.ts';

/** A kind of secret that is known by its own shape. Prefixes are put together here so that scanners of this repository stay quiet. */
export interface SecretKind {
  readonly name: string;
  readonly make: (random: Random) => string;
  /** Has line ends or blanks, so it fits into fewer places. */
  readonly spaced?: true;
  /** No part of an address: it starts with a scheme of its own. */
  readonly address?: true;
}

const glue = (...parts: readonly string[]) => parts.join('');

function kind(name: string, make: (random: Random) => string, flags: Partial<SecretKind> = {}): SecretKind {
  return { name, make, ...flags };
}

/** Digits of a length that start so and end in Luhn's check digit. */
export function luhn(random: Random, start: string, length: number): string {
  const body = start + random.digits(length - start.length - 1);
  let sum = 0;
  for (const [index, digit] of [...body].reverse().entries()) {
    const doubled = index % 2 === 0 ? Number(digit) * 2 : Number(digit);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${body}${(10 - (sum % 10)) % 10}`;
}

/** An IBAN of a country's length with its check digits. */
export function ibanOf(country: string, account: string): string {
  let remainder = 0;
  for (const character of `${account}${country}00`) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return `${country}${String(98 - remainder).padStart(2, '0')}${account}`;
}

function grouped(text: string, sizes: readonly number[], separator: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const size of sizes) {
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts.filter((part) => part !== '').join(separator);
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');

function jwtOf(random: Random): string {
  const header = base64url(JSON.stringify({ alg: random.pick(['HS256', 'RS256', 'ES256']), typ: 'JWT' }));
  const payload = base64url(JSON.stringify({ sub: random.digits(8), iat: 1_763_789_480, scope: 'orders' }));
  return `${header}.${payload}.${random.word(43)}`;
}

function pemOf(random: Random, label: string, end: string): string {
  const lines = Array.from({ length: 6 }, () => random.base64(64));
  return [`-----BEGIN ${label}PRIVATE ${'KEY'}-----`, ...lines, `-----END ${label}PRIVATE ${'KEY'}-----`].join(end);
}

const CARDS: readonly (readonly [brand: string, starts: readonly string[], length: number])[] = [
  ['visa', ['4'], 16],
  ['visa 13', ['4'], 13],
  ['visa 19', ['4'], 19],
  ['mastercard', ['51', '52', '53', '54', '55'], 16],
  ['mastercard 2', ['2221', '2500', '2720'], 16],
  ['amex', ['34', '37'], 15],
  ['discover', ['6011', '644', '649', '65'], 16],
  ['diners', ['300', '305', '36', '38'], 14],
  ['jcb', ['3528', '3566', '3589'], 16],
  ['unionpay', ['62'], 16],
  ['unionpay 19', ['62'], 19],
  ['maestro', ['5018', '5020', '5038', '6304', '6759', '6761', '6763'], 16],
  ['maestro 13', ['5018', '6759'], 13],
  ['maestro 19', ['6759'], 19],
  ['mir', ['2200', '2204'], 16],
  ['rupay', ['6521', '8172', '5085'], 16],
  ['troy', ['9792'], 16],
  ['elo', ['636368', '504175'], 16],
  ['hipercard', ['606282'], 16],
  ['verve', ['506099', '507865'], 19],
];

const IBANS: readonly (readonly [country: string, account: (random: Random) => string])[] = [
  ['DE', (random) => random.digits(18)],
  ['GB', (random) => `NWBK${random.digits(14)}`],
  ['FR', (random) => random.digits(23)],
  ['NL', (random) => `ABNA${random.digits(10)}`],
  ['ES', (random) => random.digits(20)],
  ['IT', (random) => `X${random.digits(22)}`],
  ['CH', (random) => random.digits(17)],
  ['NO', (random) => random.digits(11)],
  ['MT', (random) => `MALT${random.digits(5)}${random.upper(18)}`],
  ['BR', (random) => `${random.digits(23)}P1`],
  ['SA', (random) => random.digits(20)],
];

/** Every kind, with the shape that its provider has published. */
export const SECRET_KINDS: readonly SecretKind[] = [
  ...CARDS.map(([brand, starts, length]) => kind(brand, (random) => luhn(random, random.pick(starts), length))),
  ...CARDS.filter(([, , length]) => length === 16).map(([brand, starts, length]) =>
    kind(
      `${brand} in groups`,
      (random) => grouped(luhn(random, random.pick(starts), length), [4, 4, 4, 4], random.pick([' ', '-'])),
      { spaced: true },
    ),
  ),
  kind('amex in groups', (random) => grouped(luhn(random, '37', 15), [4, 6, 5], random.pick([' ', '-'])), {
    spaced: true,
  }),
  kind('diners in groups', (random) => grouped(luhn(random, '36', 14), [4, 6, 4], ' '), { spaced: true }),
  ...IBANS.map(([country, account]) => kind(`iban ${country}`, (random) => ibanOf(country, account(random)))),
  ...IBANS.slice(0, 6).map(([country, account]) =>
    kind(`iban ${country} in groups`, (random) => grouped(ibanOf(country, account(random)), Array(9).fill(4), ' '), {
      spaced: true,
    }),
  ),
  kind('ssn', (random) => `${random.between(100, 599)}-${random.between(10, 99)}-${random.between(1000, 9999)}`),
  kind(
    'email',
    (random) =>
      `${random.pick(['ann', 'jo.doe', 'x_y+tag', 'o-brien'])}${random.digits(2)}@${random.lower(6).replace(/^\d/, 'x')}.${random.pick(['com', 'co.uk', 'example', 'io'])}`,
  ),
  kind('jwt', jwtOf),
  kind(
    'jwe',
    (random) =>
      `${base64url('{"alg":"dir","enc":"A128GCM"}')}..${random.word(16)}.${random.word(60)}.${random.word(22)}`,
  ),
  kind('bearer', (random) => `${random.pick(['Bearer', 'bearer', 'BEARER'])} ${random.word(32)}`, { spaced: true }),
  kind('basic', (random) => `Basic ${base64(`user${random.digits(2)}:${random.alphanumeric(12)}`)}`, { spaced: true }),
  kind(
    'url password',
    (random) =>
      `${random.pick(['https', 'postgres', 'mysql', 'amqp', 'redis', 'mongodb+srv', 'ftp', 'smtp'])}://app:${random.alphanumeric(14)}@${random.pick(['db', 'db.internal', '10.0.0.7'])}:5432/x`,
    { address: true },
  ),
  kind('url password without user', (random) => `redis://:${random.alphanumeric(14)}@cache:6379/0`, { address: true }),
  kind('github', (random) => glue('gh', random.pick([...'pousr']), '_', random.alphanumeric(36))),
  kind('github fine-grained', (random) =>
    glue('github', '_pat_', random.alphanumeric(22), '_', random.alphanumeric(59)),
  ),
  kind('gitlab', (random) => glue('gl', random.pick(['pat', 'dt', 'rt', 'ptt', 'ft', 'soat']), '-', random.word(20))),
  kind('bitbucket', (random) => glue('ATB', 'B', random.alphanumeric(24), random.upper(8))),
  kind('atlassian', (random) => glue('ATAT', 'T3xFfGF0', random.word(170), '=', random.upper(8))),
  kind('slack bot', (random) =>
    glue('xox', 'b-', random.digits(12), '-', random.digits(12), '-', random.alphanumeric(24)),
  ),
  kind('slack user', (random) =>
    glue('xox', 'p-', random.digits(12), '-', random.digits(12), '-', random.digits(12), '-', random.hex(32)),
  ),
  kind('slack app', (random) => glue('xap', 'p-1-A', random.upper(10), '-', random.digits(13), '-', random.hex(64))),
  kind(
    'slack webhook',
    (random) =>
      glue(
        'https://hooks.',
        'slack.com/services/T',
        random.upper(8),
        '/B',
        random.upper(8),
        '/',
        random.alphanumeric(24),
      ),
    { address: true },
  ),
  kind(
    'discord webhook',
    (random) => glue('https://discord', '.com/api/webhooks/', random.digits(18), '/', random.word(68)),
    { address: true },
  ),
  kind('stripe', (random) =>
    glue(
      random.pick(['sk', 'rk']),
      '_',
      random.pick(['live', 'test']),
      '_',
      random.alphanumeric(random.pick([24, 99])),
    ),
  ),
  kind('stripe webhook', (random) => glue('wh', 'sec_', random.alphanumeric(32))),
  kind('openai old', (random) => glue('sk', '-', random.alphanumeric(20), 'T3Blb', 'kFJ', random.alphanumeric(20))),
  kind('openai project', (random) => glue('sk', '-proj-', random.word(74), 'T3Blb', 'kFJ', random.word(74))),
  kind('openai service', (random) => glue('sk', '-svcacct-', random.word(58), 'T3Blb', 'kFJ', random.word(58))),
  kind('anthropic', (random) => glue('sk', '-ant-api03-', random.word(93), 'AA')),
  kind('hugging face', (random) => glue('hf', '_', random.alphanumeric(34))),
  kind('groq', (random) => glue('gs', 'k_', random.alphanumeric(52))),
  kind('perplexity', (random) => glue('ppl', 'x-', random.alphanumeric(48))),
  kind('replicate', (random) => glue('r8', '_', random.alphanumeric(37))),
  kind('aws key', (random) =>
    glue(random.pick(['AKI', 'ASI']), 'A', random.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)),
  ),
  kind('google api', (random) => glue('AIz', 'aSy', random.word(33))),
  kind('google client secret', (random) => glue('GOC', 'SPX-', random.word(28))),
  kind('google access', (random) => glue('ya', '29.a0', random.word(120))),
  kind('azure client secret', (random) => glue(random.alphanumeric(3), '8Q', '~', random.word(34))),
  kind('azure ai', (random) => glue(random.alphanumeric(52), 'JQQ', 'J99BK', 'AC', random.alphanumeric(23))),
  kind('digitalocean', (random) => glue('do', random.pick(['p', 'o', 'r']), '_v1_', random.hex(64))),
  kind('npm', (random) => glue('np', 'm_', random.alphanumeric(36))),
  kind('pypi', (random) => glue('py', 'pi-AgEIcHlwaS5vcmc', random.word(120))),
  kind('docker', (random) => glue('dck', 'r_pat_', random.word(27))),
  kind('rubygems', (random) => glue('ruby', 'gems_', random.hex(48))),
  kind('twilio', (random) => glue('S', 'K', random.hex(32))),
  kind('sendgrid', (random) => glue('S', 'G.', random.word(22), '.', random.word(43))),
  kind('mailgun', (random) => glue('ke', 'y-', random.hex(32))),
  kind('mailgun new', (random) => `${random.hex(32)}-${random.hex(8)}-${random.hex(8)}`),
  kind('mailchimp', (random) => `${random.hex(32)}-us${random.between(1, 21)}`),
  kind('brevo', (random) => glue('xkey', 'sib-', random.hex(64), '-', random.alphanumeric(16))),
  kind('shopify', (random) => glue('shp', random.pick(['at', 'ca', 'pa', 'ss']), '_', random.hex(32))),
  kind('square', (random) => glue('EAA', 'AE', random.word(59))),
  kind('square secret', (random) => glue('sq0', 'csp-', random.word(43))),
  kind('discord', (random) => `${base64url(random.digits(18))}.G${random.word(5)}.${random.word(38)}`),
  kind('telegram', (random) => `${random.between(100_000_000, 9_999_999_999)}:AA${random.word(33)}`),
  kind('datadog', (random) => glue('dd', 'app_', random.alphanumeric(34))),
  kind('new relic', (random) => glue('NR', 'AK-', random.upper(27))),
  kind('new relic licence', (random) => `${random.hex(32)}${glue('FFFF', 'NRAL')}`),
  kind('heroku', (random) => glue('HRK', 'U-AA', random.word(58))),
  kind('vercel', (random) => glue('vc', 'p_', random.alphanumeric(56))),
  kind('cloudflare', (random) =>
    glue('cf', random.pick(['k', 'ut', 'at']), '_', random.alphanumeric(40), random.hex(8)),
  ),
  kind('cloudflare origin', (random) => `v1.0-${random.hex(24)}-${random.hex(146)}`),
  kind('vault', (random) => glue('hv', random.pick(['s', 'b', 'r']), '.', random.word(96))),
  kind('vault old', (random) => glue('s', '.', random.alphanumeric(24))),
  kind('terraform', (random) => glue(random.alphanumeric(14), '.atlas', 'v1.', random.word(67))),
  kind('grafana', (random) => glue('gl', 'sa_', random.alphanumeric(32), '_', random.hex(8))),
  kind('sentry', (random) => glue('sntr', 'yu_', random.hex(64))),
  kind('dynatrace', (random) => glue('dt0', 'c01.', random.upper(24), '.', random.upper(64))),
  kind('databricks', (random) => glue('da', 'pi', random.hex(32))),
  kind('planetscale', (random) => glue('psc', 'ale_tkn_', random.word(43))),
  kind('supabase', (random) => glue('sb', 'p_', random.hex(40))),
  kind('doppler', (random) => glue('dp', '.pt.', random.alphanumeric(43))),
  kind('pulumi', (random) => glue('pu', 'l-', random.hex(40))),
  kind('linear', (random) => glue('lin_', 'api_', random.alphanumeric(40))),
  kind('notion', (random) => glue('nt', 'n_', random.digits(11), random.alphanumeric(35))),
  kind('postman', (random) => glue('PM', 'AK-', random.hex(24), '-', random.hex(34))),
  kind('airtable', (random) => glue('pa', 't', random.alphanumeric(14), '.', random.hex(64))),
  kind('figma', (random) => glue('fi', 'gd_', random.word(43))),
  kind('facebook', (random) => glue('EA', 'AC', random.alphanumeric(150))),
  kind('flutterwave', (random) => glue('FLW', 'SECK_TEST-', random.hex(32), '-X')),
  kind('braintree', (random) => glue('access', '_token$production$', random.lower(16), '$', random.hex(32))),
  kind('age', (random) => glue('AGE-', 'SECRET-KEY-1', random.from('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58))),
  kind('alibaba', (random) => glue('LT', 'AI', random.alphanumeric(20))),
  kind('harness', (random) => glue('pa', 't.', random.word(22), '.', random.hex(24), '.', random.alphanumeric(20))),
  kind('ionic', (random) => glue('io', 'n_', random.lower(41), random.digits(1))),
  kind('apify', (random) => glue('apify', '_api_', random.alphanumeric(35), random.digits(1))),
  kind('paypal access', (random) => glue('A21', 'AA', random.word(88), 'aA0')),
  kind('elevenlabs', (random) => glue('s', 'k_', random.hex(48))),
  kind('aiven', (random) => glue('AVN', 'S_', random.word(16), 'aA0')),
  kind('adyen', (random) =>
    glue('AQ', 'E', random.alphanumeric(100), '-', random.alphanumeric(43), '=-', random.alphanumeric(16)),
  ),
  kind('databricks oauth', (random) => glue('do', 'se', random.hex(32))),
  kind('segment', (random) => glue('sg', 'p_', random.alphanumeric(64))),
  kind('buildkite agent', (random) => glue('bk', 'aj_', random.alphanumeric(40))),
  kind('yandex storage', (random) => glue('Y', 'C', 'aA0', random.word(35))),
  kind('bcrypt', (random) => glue('$2b', '$10$', random.alphanumeric(53)), { address: true }),
  kind('sha-512 crypt', (random) => glue('$6', '$', random.alphanumeric(8), '$', random.alphanumeric(86)), {
    address: true,
  }),
  kind('private key', (random) => pemOf(random, random.pick(['RSA ', 'EC ', '', 'OPENSSH ', 'ENCRYPTED ']), '\n'), {
    spaced: true,
  }),
  kind('private key in one line', (random) => pemOf(random, 'RSA ', '\\n'), { spaced: true }),
  kind('set-cookie', (random) => `sid=${random.alphanumeric(24)}; Path=/; HttpOnly; SameSite=Lax`, { spaced: true }),
];

/** The part of a secret that must not be seen anywhere: not its scheme, host, user, or the attributes of a cookie. */
export function coreOf({ name }: SecretKind, secret: string): string {
  if (name.startsWith('url password')) return /:([^:@/]+)@/.exec(secret)![1]!;
  if (name === 'slack webhook' || name === 'discord webhook') return secret.split('/').at(-1)!;
  if (name === 'set-cookie') return secret.slice(4, 28);
  if (name === 'bearer' || name === 'basic') return secret.slice(secret.indexOf(' ') + 1);
  if (name.startsWith('private key')) return secret.split(/\\n|\n/)[3]!;
  return secret;
}
