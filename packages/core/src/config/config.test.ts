import { describe, expect, test } from 'vitest';
import { ConfigError } from '../errors.ts';
import { coreOptions } from './core-options.ts';
import { flag, given, list, number, oneOf, text, url } from './option.ts';
import { resolveConfig } from './resolve.ts';

const table = {
  name: text('nobody', { env: ['NAME', 'OTHER_NAME'] }),
  apiToken: text(undefined, { env: 'TELLTALE_TOKEN', secret: true }),
  verbose: flag(false, { env: 'VERBOSE' }),
  port: number(9464, { min: 1, max: 65_535, unit: 'TCP port' }, { env: 'PORT' }),
  ratio: number(1, { min: 0, max: 1, fraction: true }, { env: 'RATIO' }),
  size: oneOf(['Small', 'Large'], 'Small', { env: 'SIZE' }),
  hosts: list([], { env: 'HOSTS' }),
  endpoint: url({ env: 'ENDPOINT' }),
  hook: given<() => void>('a function', (raw) => typeof raw === 'function'),
};

function mistakesOf(options: Record<string, unknown>, env: NodeJS.ProcessEnv = {}, prefix?: string): string {
  try {
    resolveConfig(table, options, env, prefix);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

test('what is given nowhere has its default', () => {
  expect(resolveConfig(table, {}, {})).toEqual({
    name: 'nobody',
    apiToken: undefined,
    verbose: false,
    port: 9464,
    ratio: 1,
    size: 'Small',
    hosts: [],
    endpoint: undefined,
    hook: undefined,
  });
});

test('an empty variable is a mistake where it would leave a door open', () => {
  const table = { token: text(undefined, { env: 'DOOR_TOKEN', secret: true, refuseEmpty: true }) };
  expect(resolveConfig(table, {}, {})).toEqual({ token: undefined });
  expect(() => resolveConfig(table, {}, { DOOR_TOKEN: '' })).toThrow('DOOR_TOKEN = (not shown): expected a text');
});

test('the environment is read as text, and empty variables count as unset', () => {
  const env = {
    NAME: '',
    OTHER_NAME: ' shop ',
    VERBOSE: 'Yes',
    PORT: '80',
    RATIO: '0.25',
    SIZE: 'LARGE',
    HOSTS: 'a, b',
  };
  expect(resolveConfig(table, {}, { ...env, ENDPOINT: 'http://localhost:4318' })).toMatchObject({
    name: 'shop',
    verbose: true,
    port: 80,
    ratio: 0.25,
    size: 'Large',
    hosts: ['a', 'b'],
    endpoint: 'http://localhost:4318',
  });
});

test('options in code win over the environment, and undefined leaves it', () => {
  const env = { NAME: 'env', PORT: 'not a number' };
  expect(resolveConfig(table, { name: 'code', port: 1 }, env)).toMatchObject({ name: 'code', port: 1 });
  expect(resolveConfig(table, { name: undefined }, { NAME: 'env' }).name).toBe('env');
});

test('every mistake is told at once, by the name that the user wrote', () => {
  const options = { port: 0, ratio: 1.5, hosts: ['a', 1], hook: 'x', endpoint: { a: 'secret' }, verbos: true };
  const env = { NAME: 'x'.repeat(2000), VERBOSE: 'perhaps', SIZE: 'medium' };
  expect(mistakesOf(options, env)).toMatchInlineSnapshot(`
    "[telltale] [config] 9 options are not usable:
      NAME = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…": expected a text of 1 to 1,024 characters
      VERBOSE = "perhaps": expected true or false
      port = 0: expected a whole number from 1 to 65535 (TCP port)
      ratio = 1.5: expected a number from 0 to 1
      SIZE = "medium": expected one of Small, Large
      hosts = an array of 2: expected texts separated by commas
      endpoint = an object: expected an absolute http:// or https:// address
      hook = "x": expected a function
      verbos = (not shown): no such option; did you mean verbose?"
  `);
});

test('secrets are not shown, in whatever way they are wrong', () => {
  const message = mistakesOf(
    { apiToken: { a: 'hunter2' }, apiTokn: 'hunter2', endpoint: 'ftp://admin:hunter2@host/' },
    { TELLTALE_TOKEN: 'hunter2', TELLTALE_TOKNE: 'hunter2' },
    'TELLTALE_',
  );
  expect(message).not.toContain('hunter2');
  expect(message).toContain('apiTokn = (not shown): no such option; did you mean apiToken?');
  expect(message).toContain('TELLTALE_TOKNE = (not shown): no such variable; did you mean TELLTALE_TOKEN?');
  expect(message).toContain('"ftp://…@host/"');
});

test('what is like nothing known has no nearest', () => {
  expect(mistakesOf({ qqqqqqqq: 1 })).toContain('qqqqqqqq = (not shown): no such option\n'.trimEnd());
  expect(mistakesOf({ qqqqqqqq: 1 })).not.toContain('did you mean');
});

test('a mistake is an error with its parts', () => {
  expect.assertions(2);
  try {
    resolveConfig(table, { port: 70_000 }, {});
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfigError', component: 'config' });
    expect((error as ConfigError).mistakes).toEqual([
      { name: 'port', value: '70000', allowed: 'expected a whole number from 1 to 65535 (TCP port)' },
    ]);
  }
});

describe('the options of core', () => {
  test('come from the variables of the field', () => {
    const env = { SERVICE_NAME: 'orders', SERVICE_VERSION: '2', ENVIRONMENT: 'staging', LOG_LEVEL: 'warn' };
    expect(resolveConfig(coreOptions, {}, { ...env, TELLTALE_ENABLED: '0' })).toMatchObject({
      serviceName: 'orders',
      version: '2',
      environment: 'staging',
      logLevel: 'WARNING',
      enabled: false,
    });
    const others = { OTEL_SERVICE_NAME: 'otel', npm_package_name: 'npm', NODE_ENV: 'production' };
    expect(resolveConfig(coreOptions, {}, others)).toMatchObject({ serviceName: 'otel', environment: 'production' });
  });

  test.each([
    [{ registry: {} }, 'a Registry of prom-client'],
    [{ registry: [] }, 'a Registry of prom-client'],
    [{ clock: Date }, 'a clock with now() and monotonic()'],
    [{ logDestination: -1 }, 'a file descriptor or a file path'],
    [{ logLevel: 'LOUD' }, 'one of CRITICAL, ERROR, WARNING, INFO, DEBUG'],
    [{ seriesLimit: 0 }, 'a whole number from 1 to 1000000 (series of one metric)'],
  ])('refuse %o', (options, allowed) => {
    expect(() => resolveConfig(coreOptions, options, {})).toThrow(allowed);
  });
});
