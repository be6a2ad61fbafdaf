import { expect, it } from 'vitest';
import { createKeyRules } from './key-rules.ts';
import { namesSecret } from './keys.ts';

const SECRET = [
  'password', 'Password', 'PASSWORD', 'pass_word', 'user.password', 'userPassword', 'passwd', 'pwd', 'new-password', 'password2', 'passwordHash',
  'password_confirmation', 'apiKey', 'API_KEY', 'x-api-key', 'X-API-Key', 'stripe_api_key', 'apikeys', 'secret', 'client_secret', 'SECRET_KEY', 'token',
  'accessToken', 'refresh_token', 'x-auth-token', 'csrf-token', '_authToken', 'authorization', 'Proxy-Authorization', 'cookie', 'Set-Cookie', 'cookies',
  'privateKey', 'AWS_SECRET_ACCESS_KEY', 'AccountKey', 'SharedAccessKey', 'card.number', 'cardNumber', 'credit_card', 'cvv', 'card_cvc', 'cvv2', 'pin', 'user_pin',
  'otp', 'ssn', 'socialSecurityNumber', 'iban', 'DATABASE_URL', 'connectionString', 'passphrase', 'DB_PASS', 'smtpPass', 'webhookUrl', 'JSESSIONID', 'jwt', 'mnemonic',
]; // biome-ignore format: a word list reads best filled

const HARMLESS = [
  'inputTokens', 'output_tokens', 'total_tokens', 'maxTokens', 'tokenCount', 'token_type', 'nextPageToken', 'continuationToken', 'author', 'authority', 'authMethod', 'passed',
  'passenger', 'compass', 'bypass', 'boardingPass1', 'spinner', 'shipping', 'opinion', 'pinned', 'panel', 'company', 'expand', 'key', 'keyboard', 'monkey', 'primaryKey', 'cacheKey',
  'idempotencyKey', 'routingKey', 'partition_key', 'publicKey', 'accessKeyId', 'secretName', 'secretArn', 'passwordLength', 'passwordPolicy', 'passwordChangedAt', 'sessionId',
  'cardBrand', 'card', 'code', 'status_code', 'user', 'id', 'email', 'assignature', 'timeToFirstToken', 'cookieConsent', 'csrf', '', 'x'.repeat(500),
]; // biome-ignore format: a word list reads best filled

it.each(SECRET)('knows %s as a secret', (key) => {
  expect(namesSecret(key)).toBe(true);
});

it.each(HARMLESS)('knows %s as harmless', (key) => {
  expect(namesSecret(key)).toBe(false);
});

it('knows words that are secret below others', () => {
  const { verdict } = createKeyRules([], []);
  expect(verdict('number', { key: 'creditCard' })).toBe('hide');
  expect(verdict('key', { key: 'api' })).toBe('hide');
  expect(verdict('number', { key: 'order' })).toBe('judge');
});

it('remembers no more keys than it can afford, and judges the rest all the same', () => {
  const { verdict } = createKeyRules([], []);
  for (let i = 0; i < 5_000; i++) verdict(`field${i}`);
  expect(verdict('late_password')).toBe('hide');
});

it('matches globs in time that grows with the path', () => {
  const { verdict } = createKeyRules(['**.a.**.a.**.a.**.b'], []);
  let within = { key: 'a' } as { key: string; above?: { key: string } };
  for (let i = 0; i < 500; i++) within = { key: 'a', above: within };
  expect(verdict('c', within)).toBe('judge');
  expect(verdict('b', within)).toBe('hide');
});
