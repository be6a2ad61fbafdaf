import { expect, test } from 'vitest';
import { testMonitor } from '../../test/test-monitor.ts';
import { runWithContext } from '../context/context.ts';
import { trackAuthentication } from './track-authentication.ts';
import { trackError } from './track-error.ts';
import { trackRateLimitHit } from './track-rate-limit-hit.ts';
import { type Severity, trackSecurityEvent } from './track-security-event.ts';

test('security events are counted by type and severity, and logged at a level to match', async () => {
  const { monitor, scrape, log } = testMonitor();
  for (const severity of ['low', 'medium', 'high', 'critical'] as const) {
    trackSecurityEvent('token_reuse', severity, { user_id: 'u', token: 't' }, { monitor });
  }
  expect(await scrape('security_events_total')).toMatchInlineSnapshot(`
    "security_events_total{type="token_reuse",severity="low"} 1
    security_events_total{type="token_reuse",severity="medium"} 1
    security_events_total{type="token_reuse",severity="high"} 1
    security_events_total{type="token_reuse",severity="critical"} 1"
  `);
  expect(log().map(({ level }) => level)).toEqual(['INFO', 'WARNING', 'ERROR', 'CRITICAL']);
  expect(log()[2]).toMatchObject({
    message: 'Security event',
    event_type: 'security',
    security_event: 'token_reuse',
    severity: 'high',
    user_id: 'u',
    token: '[REDACTED]',
  });
});

test('labels stay bounded whatever is given', async () => {
  const { monitor, scrape, log } = testMonitor();
  for (let i = 0; i < 100; i++) trackSecurityEvent(`failed for user ${i}`, `worst ${i}` as Severity, {}, { monitor });
  trackSecurityEvent({} as string, 'toString' as Severity, null as never, { monitor });
  expect(await scrape('security_events_total')).toBe('security_events_total{type="other",severity="other"} 101');
  expect(log()[0]).toMatchObject({ level: 'WARNING', security_event: 'failed for user 0' });
});

test('an attempt to authenticate is counted, timed and logged, and its result is left as it is', async () => {
  const { monitor, scrape, log, clock } = testMonitor();
  const options = { monitor, details: { user: 'u' } };
  const user = { id: 1 };
  const error = new RangeError('wrong password');
  expect(trackAuthentication('password', () => user, options)).toBe(user);
  const asynchronous = trackAuthentication(
    'password',
    async () => {
      clock.advance(100);
      return false;
    },
    options,
  );
  expect(await asynchronous).toBe(false);
  const throwing = trackAuthentication('oauth', () => Promise.reject(error), options);
  await expect(throwing).rejects.toBe(error);
  const thrower = (): never => {
    throw error;
  };
  expect(() => trackAuthentication('oauth', thrower, options)).toThrow(error);
  trackAuthentication('api_key', 'success', options);
  trackAuthentication('api_key', 'failure', options);
  expect(await scrape('authentication_attempts_total')).toMatchInlineSnapshot(`
    "authentication_attempts_total{method="password",status="success"} 1
    authentication_attempts_total{method="password",status="failure"} 1
    authentication_attempts_total{method="oauth",status="failure"} 2
    authentication_attempts_total{method="api_key",status="success"} 1
    authentication_attempts_total{method="api_key",status="failure"} 1"
  `);
  expect(await scrape('authentication_duration_seconds')).toContain('_sum{method="password"} 0.1');
  expect(
    log().map(({ level, message, auth_method, duration_ms }) => [level, message, auth_method, duration_ms]),
  ).toEqual([
    ['INFO', 'Authenticated', 'password', 0],
    ['WARNING', 'Authentication failed', 'password', 100],
    ['WARNING', 'Authentication failed', 'oauth', 0],
    ['WARNING', 'Authentication failed', 'oauth', 0],
    ['INFO', 'Authenticated', 'api_key', undefined],
    ['WARNING', 'Authentication failed', 'api_key', undefined],
  ]);
  expect(log()[2]).toMatchObject({ event_type: 'security', user: 'u', error: { type: 'RangeError' } });
});

test("a rate limit's hits have the route of the request that ran into it", async () => {
  const { monitor, scrape, log } = testMonitor();
  trackRateLimitHit('api', { monitor });
  const origin = { kind: 'http', name: '/orders/:id' } as const;
  runWithContext({ origin }, () => trackRateLimitHit('api', { monitor, details: { ip: '::1' } }));
  runWithContext({ origin }, () => trackRateLimitHit('sign_in', { monitor, route: '/session' }));
  const broken = Object.defineProperty({ kind: 'http' }, 'name', {
    get: () => {
      throw new Error('not yet');
    },
  });
  runWithContext({ origin: broken as never }, () => trackRateLimitHit('api', { monitor }));
  expect(await scrape('rate_limit_hits_total')).toMatchInlineSnapshot(`
    "rate_limit_hits_total{limiter="api"} 2
    rate_limit_hits_total{limiter="api",route="/orders/:id"} 1
    rate_limit_hits_total{limiter="sign_in",route="/session"} 1"
  `);
  expect(log()[1]).toMatchObject({
    level: 'WARNING',
    event_type: 'security',
    limiter: 'api',
    route: '/orders/:id',
    ip: '::1',
  });
});

test('errors are counted by component and class, and logged whole', async () => {
  const { monitor, scrape, log, errors } = testMonitor();
  class PaymentError extends Error {}
  const named = Object.assign(new Error('x'), { name: 'made of data 17' });
  const odd = Object.create(Error.prototype, { constructor: { value: { name: 'not an identifier' } } });
  const hostile = new Proxy(new Error('x'), {
    get: () => {
      throw new Error('trap');
    },
  });
  for (const error of [new PaymentError('declined', { cause: named }), named, odd, hostile, 'text', null, undefined]) {
    trackError(error, 'billing', { monitor, details: { order: 7 } });
  }
  trackError(new TypeError('x'), 'a component with spaces', { monitor });
  expect(await scrape('application_errors_total')).toMatchInlineSnapshot(`
    "application_errors_total{component="billing",type="PaymentError"} 1
    application_errors_total{component="billing",type="Error"} 1
    application_errors_total{component="billing",type="other"} 5
    application_errors_total{component="other",type="TypeError"} 1"
  `);
  expect(log()).toHaveLength(8);
  expect(log()[0]).toMatchObject({
    level: 'ERROR',
    event_type: 'error',
    component: 'billing',
    error_type: 'PaymentError',
    order: 7,
    error: { type: 'PaymentError', message: 'declined', cause: { message: 'x' } },
  });
  expect(errors).toEqual([]);
});

test('a disabled monitor does nothing, and runs what it is given', async () => {
  const { monitor, log, registry } = testMonitor({ enabled: false });
  trackSecurityEvent('x', 'high', {}, { monitor });
  trackRateLimitHit('x', { monitor });
  trackError(new Error('x'), 'x', { monitor });
  trackAuthentication('x', 'failure', { monitor });
  const promise = Promise.resolve(1);
  expect(trackAuthentication('x', () => promise, { monitor })).toBe(promise);
  expect(log()).toEqual([]);
  expect(registry.getMetricsAsArray()).toEqual([]);
});
