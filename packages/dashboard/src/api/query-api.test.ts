import { ConfigError } from '@telltale/core';
import { createQueryEngine, MemorySource } from '@telltale/promql';
import { describe, expect, it } from 'vitest';
import { engineOf, json, serveApi } from '../../test/serve-api.ts';
import { queryApi } from './query-api.ts';
import type { RuleGroup } from './rule-group.ts';

describe('what is taken', () => {
  it('is everything below its path, by any method, and nothing beside it', () => {
    const api = queryApi(engineOf(0), { basePath: '/prom/api/v1/' });
    for (const path of ['/prom/api/v1', '/prom/api/v1/', '/prom/api/v1/query', '/prom/api/v1/no/such']) {
      expect(api.takes('PUT', path), path).toBe(true);
    }
    for (const path of ['/', '/prom/api/v11', '/prom/api', '/telltale/api/v1/query']) {
      expect(api.takes('GET', path), path).toBe(false);
    }
  });

  it('is refused where an option cannot be used', () => {
    expect(() => queryApi(engineOf(0), { maxConcurent: 3 } as object)).toThrow(
      /maxConcurent.*did you mean maxConcurrent/,
    );
    expect(() => queryApi(engineOf(0), { timeoutMs: 0 })).toThrow(ConfigError);
    expect(() => queryApi(engineOf(0), { corsOrigin: '*' as never })).toThrow(/corsOrigin/);
  });
});

describe('parameters of newer Prometheuses', () => {
  it('limit how much is answered, and say so', async () => {
    const { base } = await serveApi(engineOf(5));
    const warnings = ['results truncated due to limit'];
    expect(await json(`${base}/query?query=x&time=2&limit=2`)).toMatchObject({
      warnings,
      data: { result: { length: 2 } },
    });
    const range = await json(`${base}/query_range?query=x&start=0&end=2&step=1&limit=4`);
    expect(range).toMatchObject({ warnings, data: { result: { length: 4 } } });
    expect(await json(`${base}/label/n/values?limit=3`)).toMatchObject({ warnings, data: ['0', '1', '2'] });
    expect(await json(`${base}/labels?limit=1`)).toMatchObject({ warnings, data: ['__name__'] });
    expect(await json(`${base}/series?match[]=x&limit=1`)).toMatchObject({ warnings, data: { length: 1 } });
    for (const path of ['query?query=x&time=2', 'labels?', 'series?match[]=x']) {
      expect(await json(`${base}/${path}&limit=0`)).not.toHaveProperty('warnings');
      expect(await json(`${base}/${path}&limit=-1`)).toMatchObject({ status: 'error', errorType: 'bad_data' });
    }
  });

  it('look back less far, and show how long it took', async () => {
    const { base } = await serveApi(engineOf(1));
    const asked = `${base}/query?query=x&time=62`;
    expect(await json(asked)).toMatchObject({ data: { result: { length: 1 } } });
    expect(await json(`${asked}&lookback_delta=30s`)).toMatchObject({ data: { result: [] } });
    expect(await json(`${asked}&lookback_delta=no`)).toMatchObject({ errorType: 'bad_data' });
    const timed = { timings: { execTotalTime: expect.any(Number), execQueueTime: expect.any(Number) } };
    expect(await json(`${asked}&stats=all`)).toMatchObject({ data: { stats: timed } });
  });

  it('name labels that are more than letters, digits and underscores', async () => {
    const source = new MemorySource();
    source.append({ __name__: 'x', 'http.status_code': '200', 'ünï/😀': 'yes', U__broken_: 'kept' }, 0, 1);
    const { base } = await serveApi(createQueryEngine(source));
    for (const [name, value] of [
      ['U__http_2e_status__code', '200'],
      ['http.status_code', '200'],
      ['U___fc_n_ef__2f__1f600_', 'yes'],
      [encodeURIComponent('ünï/😀'), 'yes'],
      ['U__broken_', 'kept'],
    ]) {
      expect(await json(`${base}/label/${name}/values`), name).toMatchObject({ data: [value] });
    }
    expect(await json(`${base}/label/%zz/values`)).toMatchObject({ errorType: 'bad_data' });
  });

  it('carry warnings and infos', async () => {
    const { base } = await serveApi(engineOf(1));
    expect(await json(`${base}/query?query=rate(x[5m])&time=2`)).toMatchObject({
      infos: [expect.stringContaining('metric might not be a counter')],
    });
    expect(await json(`${base}/query?query=quantile(2,x)&time=2`)).toMatchObject({
      warnings: [expect.stringContaining('quantile value should be between 0 and 1')],
    });
  });
});

describe('rules and alerts', () => {
  const at = '2023-11-14T22:14:00Z';
  const alert = {
    labels: { alertname: 'Slow' },
    annotations: {},
    state: 'firing',
    activeAt: at,
    value: '1e+00',
  } as const;
  const common = { query: 'x > 1', labels: {}, health: 'ok', evaluationTime: 0.001, lastEvaluation: at } as const;
  const slow = {
    ...common,
    type: 'alerting',
    name: 'Slow',
    state: 'firing',
    duration: 60,
    annotations: {},
    alerts: [alert],
  } as const;
  const sum = { ...common, type: 'recording', name: 'job:x:sum' } as const;
  const group = { file: 'a.yml', interval: 60, evaluationTime: 0.002, lastEvaluation: at };
  const groups: RuleGroup[] = [
    { ...group, name: 'one', rules: [slow, sum] },
    { ...group, name: 'two', file: 'b.yml', rules: [sum] },
  ];

  it('are those of whoever provides them, filtered as asked', async () => {
    const { base } = await serveApi(engineOf(0), { rules: async () => groups });
    const names = async (query: string) => {
      const { data } = await json(`${base}/rules?${query}`);
      return (data as { groups: RuleGroup[] }).groups.map(({ name, rules }) =>
        [name, ...rules.map((rule) => rule.name)].join(),
      );
    };
    expect((await json(`${base}/rules`)).data).toEqual({ groups });
    expect(await names('type=alert')).toEqual(['one,Slow']);
    expect(await names('type=record')).toEqual(['one,job:x:sum', 'two,job:x:sum']);
    expect(await names('rule_group[]=two')).toEqual(['two,job:x:sum']);
    expect(await names('file[]=a.yml')).toEqual(['one,Slow,job:x:sum']);
    expect(await names('rule_name[]=Slow')).toEqual(['one,Slow']);
    const without = await json(`${base}/rules?exclude_alerts=true&rule_name[]=Slow`);
    expect((without.data as { groups: RuleGroup[] }).groups[0]!.rules[0]).not.toHaveProperty('alerts');
    expect(await json(`${base}/rules?exclude_alerts=perhaps`)).toMatchObject({ errorType: 'bad_data' });
    expect((await json(`${base}/alerts`)).data).toEqual({ alerts: [alert] });
  });
});

describe('forms', () => {
  const form = (body: string) => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

  it('are bounded', async () => {
    const { base } = await serveApi(engineOf(1), { maxFormBytes: 2_048 });
    expect(await json(`${base}/query`, form(`time=1&query=1${'+'.repeat(2_000)}`))).toMatchObject({
      status: 'success',
    });
    const response = await fetch(`${base}/query`, form(`query=${'1'.repeat(3_000)}`));
    expect([response.status, await response.json()]).toEqual([413, expect.objectContaining({ errorType: 'bad_data' })]);
  });

  it('are taken from the middleware that has read them already', async () => {
    const { base } = await serveApi(engineOf(2), {}, async (request) => {
      for await (const _ of request);
      Object.assign(request, { body: { match: ['x{n="1"}', 'x{n="0"}'], start: '0', nothing: 5 } });
    });
    expect(await json(`${base}/series`, form('unseen'))).toMatchObject({ data: [{ n: '0' }, { n: '1' }] });
  });

  it('are read where middleware looked for something else', async () => {
    const { base } = await serveApi(engineOf(2), {}, (request) => void Object.assign(request, { body: {} }));
    expect(await json(`${base}/query`, form('query=1&time=5'))).toMatchObject({ data: { result: [5, '1'] } });
  });
});

describe('what goes wrong inside', () => {
  it('is reported, and told outside only as that', async () => {
    const broken = () => Promise.reject(new Error('the path /home/me/secret'));
    const engine = createQueryEngine({ select: broken }, { metadata: broken });
    const { base, failures } = await serveApi(engine, { rules: broken });
    for (const path of ['metadata', 'rules', 'labels', 'query?query=x', 'series?match[]=x']) {
      const response = await fetch(`${base}/${path}`);
      const text = await response.text();
      expect([response.status, JSON.parse(text).errorType], path).toEqual([500, 'internal']);
      expect(text).not.toMatch(/home/);
    }
    expect(failures.map(String)).toEqual(Array(5).fill(expect.stringContaining('/home/me/secret')));
  });
});

describe('pages of other origins', () => {
  const origin = 'https://grafana.example';

  it('may read nothing unless they are named', async () => {
    const { base } = await serveApi(engineOf(1));
    const { headers } = await fetch(`${base}/query?query=1`, { headers: { origin } });
    expect(headers.get('access-control-allow-origin')).toBe(null);
  });

  it('may where they are named whole', async () => {
    const { base } = await serveApi(engineOf(1), {
      corsOrigin: /https:\/\/grafana\.example|https:\/\/other\.example/g,
    });
    for (const [from, allowed] of [
      [origin, origin],
      [origin, origin],
      [`${origin}.evil.example`, null],
      ['http://evil.example', null],
    ] as const) {
      const { headers } = await fetch(`${base}/query?query=1`, { method: 'OPTIONS', headers: { origin: from } });
      expect(headers.get('access-control-allow-origin'), from).toBe(allowed);
      expect(headers.get('vary')).toBe('Origin');
    }
  });
});
