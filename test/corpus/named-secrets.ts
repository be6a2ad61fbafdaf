import { inspect } from 'node:util';
import type { Random } from './random.ts';

interface Planted {
  readonly value: unknown;
  readonly secret: string;
}

const NAMES = [
  'password', 'Password', 'PASSWORD', 'passwd', 'user_password', 'newPassword', 'password_confirmation', 'secret', 'clientSecret',
  'client_secret', 'api_key', 'apiKey', 'API_KEY', 'x-api-key', 'X-Api-Key', 'access_token', 'accessToken', 'refresh-token',
  'authToken', 'id_token', 'private_key', 'AWS_SECRET_ACCESS_KEY', 'DD_API_KEY', 'HEROKU_API_KEY', 'STRIPE_SECRET_KEY',
  'GITHUB_TOKEN', 'session_token', 'csrfToken', 'passphrase', 'DB_PASS', 'encryptionKey', 'signing_secret', 'webhook_secret',
]; // biome-ignore format: a word list reads best filled

/** How a name and its value can be written in a text. */
const NOTATIONS: readonly ((name: string, secret: string) => unknown)[] = [
  (name, secret) => ({ [name]: secret }),
  (name, secret) => ({ a: [{ b: { [name]: secret, ok: 1 } }] }),
  (name, secret) => new Map([[name, secret]]),
  (name, secret) => ({ [name]: { nested: [secret] } }),
  (name, secret) => new Error('x', { cause: { config: { [name]: secret } } }),
  (name, secret) => [{ name, value: secret }],
  (name, secret) => [[name, secret]],
  (name, secret) => new URLSearchParams({ [name]: secret }),
  (name, secret) => JSON.stringify({ id: 1, [name]: secret, ok: true }),
  (name, secret) => JSON.stringify({ body: JSON.stringify({ [name]: secret }) }),
  (name, secret) => JSON.stringify(JSON.stringify(JSON.stringify({ [name]: secret }))),
  (name, secret) => JSON.stringify({ [name]: secret }, null, 2),
  (name, secret) => `body: {"${name}": "${secret}"}`,
  (name, secret) => inspect({ user: 'bob', [name]: secret }),
  (name, secret) => `https://example.com/a?x=1&${name}=${secret}&y=2`,
  (name, secret) => `https://example.com/cb#${name}=${secret}`,
  (name, secret) => `a=1&${name}=${secret}`,
  (name, secret) => `user[${name}]=${secret}&b=1`,
  (name, secret) => `/a?next=${encodeURIComponent(`/b?${name}=${secret}&c=1`)}`,
  (name, secret) => encodeURIComponent(JSON.stringify({ [name]: secret })),
  (name, secret) => Buffer.from(JSON.stringify({ [name]: secret })).toString('base64'),
  (name, secret) => `${name}=${secret}`,
  (name, secret) => `export ${name}="${secret}"`,
  (name, secret) => `env: A=1 ${name}=${secret} B=2`,
  (name, secret) => `${name}: ${secret}\nother: 1`,
  (name, secret) => `a:\n  ${name}: '${secret}'\n`,
  (name, secret) => `${name} = "${secret}"`,
  (name, secret) => `:${name} => "${secret}",`,
  (name, secret) => `Server=db;Uid=a;${name}=${secret};Database=x`,
  (name, secret) => `<${name}>${secret}</${name}>`,
  (name, secret) => `failed with ${name}: ${secret}, retrying`,
  (name, secret) => new Error(`bad config ${name}=${secret}`),
  (name, secret) => `first\\n${name}=${secret}\\nlast`,
];

const FIXED: readonly ((secret: string) => unknown)[] = [
  (secret) => ({ headers: { Authorization: `Bearer ${secret}` } }),
  (secret) => ({ headers: { cookie: `sid=${secret}; theme=dark` } }),
  (secret) => ({ 'set-cookie': [`sid=${secret}; Path=/`] }),
  (secret) => ['Host', 'x', 'Authorization', `Token ${secret}`],
  (secret) => ['Host', 'x', 'cookie', `sid=${secret}`],
  (secret) => [
    ['cookie', `a=${secret}`],
    ['host', 'x'],
  ],
  (secret) => new Headers({ authorization: `Bearer ${secret}`, host: 'x' }),
  (secret) => JSON.stringify(['host', 'x', 'authorization', secret]),
  (secret) => `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secret}\r\nAccept: */*\r\n`,
  (secret) => `GET / HTTP/1.1\r\nCookie: theme=dark; sid=${secret}\r\n\r\n`,
  (secret) => `HTTP/1.1 200 OK\r\nSet-Cookie: sid=${secret}; HttpOnly\r\n`,
  (secret) => `curl -H 'Authorization: Bearer ${secret}' https://example.com`,
  (secret) => `curl -H "X-Api-Key: ${secret}" https://example.com`,
  (secret) => `curl -u admin:${secret} https://example.com`,
  (secret) => `Authorization: Digest username="a", nonce="b", response="${secret}"`,
  (secret) => `Authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=${secret}`,
  (secret) => `https://bucket.s3.amazonaws.com/a?X-Amz-Date=1&X-Amz-Signature=${secret}&x=1`,
  (secret) => `https://a.blob.core.windows.net/c/b?sv=2022-11-02&sr=c&sig=${secret}1a`,
  (secret) => `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${secret}==;EndpointSuffix=core.windows.net`,
  (secret) => `Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${secret}=`,
  (secret) => `jdbc:postgresql://db/x?user=a&password=${secret}`,
  (secret) => `host=db user=a password=${secret} dbname=x`,
  (secret) => `root:${secret}@tcp(127.0.0.1:3306)/shop`,
  (secret) => `mysql --user=a --password ${secret} shop`,
  (secret) => `ALTER USER a WITH PASSWORD '${secret}'`,
  (secret) => `//registry.example.com/:_authToken=${secret}`,
  (secret) => `https://example.com/cb?code=${secret}9z&state=x`,
  (secret) => `PHPSESSID=${secret}`,
  (secret) => ({ card: { number: secret, cvc: secret } }),
  (secret) => ({ api: { key: secret } }),
  (secret) => `API key: ${secret}`,
  (secret) => `Access token: ${secret}`,
  (secret) => `user%5Bpassword%5D=${secret}&user%5Bname%5D=a`,
  (secret) => `signed in as bob with password a${secret}9`,
  (secret) => `the password was a${secret}9, and it is gone`,
  (secret) => `GET /auth/verify/${secret}${secret}Zz9 200`,
  (secret) => `https://example.com/reset-password/${secret}${secret}Zz9?lang=en`,
  (secret) => ({ keys: [{ kty: 'oct', kid: 'a', k: secret }] }),
  (secret) => ({ kty: 'RSA', n: 'x', e: 'AQAB', d: secret, p: secret, q: secret, dp: secret, dq: secret, qi: secret }),
  (secret) => JSON.stringify({ kty: 'EC', crv: 'P-256', d: `${secret}aaaa` }),
];

/** Values that only a name gives away, in every notation. */
export function namedSecrets(random: Random): readonly Planted[] {
  const planted: Planted[] = [];
  for (const name of NAMES) {
    for (const notation of NOTATIONS) {
      const secret = random.alphanumeric(random.between(8, 24));
      planted.push({ value: notation(name, secret), secret });
    }
  }
  for (const fixed of FIXED) {
    for (let round = 0; round < 3; round++) {
      const secret = random.alphanumeric(random.between(14, 32));
      planted.push({ value: fixed(secret), secret });
    }
  }
  return planted;
}
