import { describe, expect, test } from 'vitest';
import { at, given, over } from '../../../../test/promql/given.ts';
import { PROMETHEUS_2 } from '../dialect.ts';

const source = given({
  'a{host="web-1:80",zone="x"}': [3, 1],
  'a{host="web-10:80",zone="x"}': [1, 2],
  'a{host="web-9:80",zone="y"}': [Number.NaN, 3],
});

describe('label_replace', () => {
  test('fills groups in by number and name, and leaves what does not match', async () => {
    const replaced = async (template: string, pattern: string) =>
      Object.keys(
        (await at(0, source, `label_replace(a{zone="y"}, "to", "${template}", "host", "${pattern}")`)) as object,
      );
    expect(await replaced(`$1/\${2}`, '(.*)-(.*)')).toEqual(['a{host="web-9:80",to="web/9:80",zone="y"}']);
    expect(await replaced('$port$$', '.*:(?P<port>.+)')).toEqual(['a{host="web-9:80",to="80$",zone="y"}']);
    expect(await replaced('$9$1x', '(.*)')).toEqual(['a{host="web-9:80",zone="y"}']);
    expect(await replaced('$1', 'web')).toEqual(['a{host="web-9:80",zone="y"}']);
  });

  test('may rename the metric or take a label away', async () => {
    expect(await at(0, source, 'label_replace(a{zone="x"}, "__name__", "b", "", "") > 2')).toEqual({
      'b{host="web-1:80",zone="x"}': 3,
    });
    await expect(at(0, source, 'label_replace(a, "host", "", "host", ".*")')).rejects.toThrow(
      'vector cannot contain metrics with the same labelset: a{zone="x"}',
    );
  });

  test('refuses what is no label and no expression; Prometheus 2 had plain names only', async () => {
    const odd = 'label_replace(a{zone="y"}, "a b", "$1", "zone", "(.*)")';
    expect(await at(1, source, odd)).toEqual({ 'a{a b="y",host="web-9:80",zone="y"}': 3 });
    await expect(at(0, source, odd, { dialect: PROMETHEUS_2 })).rejects.toThrow(
      'invalid destination label name in label_replace(): a b',
    );
    await expect(at(0, source, 'label_replace(a, "b", "", "host", "(")')).rejects.toThrow(
      'invalid regular expression in label_replace(): (',
    );
  });
});

test('label_join joins values, those that are missing as empty', async () => {
  expect(await at(1, source, 'label_join(a{zone="y"}, "all", "/", "zone", "none", "__name__")')).toEqual({
    'a{all="y//a",host="web-9:80",zone="y"}': 3,
  });
});

describe('order', () => {
  const values = async (expression: string) => Object.values((await at(0, source, expression)) as object);
  const hosts = async (expression: string) =>
    Object.keys((await at(0, source, expression)) as object).map((key) => /web-\d+/.exec(key)![0]);

  test('by value, NaN last', async () => {
    expect(await values('sort(a)')).toEqual([1, 3, Number.NaN]);
    expect(await values('sort_desc(a)')).toEqual([3, 1, Number.NaN]);
  });

  test('by labels, numbers in them by value', async () => {
    expect(await hosts('sort_by_label(a, "host")')).toEqual(['web-1', 'web-9', 'web-10']);
    expect(await hosts('sort_by_label_desc(a, "zone", "host")')).toEqual(['web-9', 'web-10', 'web-1']);
  });

  test('a range query is in the order of labels whatever it sorts by', async () => {
    expect(Object.keys(await over([0, 1], source, 'sort_desc(a)'))).toEqual(
      Object.keys(await over([0, 1], source, 'a')),
    );
  });
});

describe('absence', () => {
  test('has the labels that were asked for', async () => {
    expect(await at(0, source, 'absent(b{x="1", y!="2", z=~"3"})')).toEqual({ '{x="1"}': 1 });
    expect(await at(0, source, 'absent(b{x="1", x="2"})')).toEqual({ '{}': 1 });
    expect(await at(0, source, 'absent(sum(b))')).toEqual({ '{}': 1 });
    expect(await at(0, source, 'absent(a)')).toEqual({});
  });

  test('is seen step by step', async () => {
    const gone = given({ g: [1, null, 'stale', null, null, 1] });
    expect(await over([0, 5], gone, 'absent(g)')).toEqual({ '{}': [null, null, 1, 1, 1, null] });
    expect(await over([0, 5], gone, 'absent_over_time(g[2m])')).toEqual({ '{}': [null, null, 1, 1, 1, null] });
  });
});

test('info adds the labels of the info metric of the same instance and job, the newest', async () => {
  const services = given({
    'up{instance="i",job="j"}': [1, 1, 1],
    'target_info{instance="i",job="j",version="1"}': [1, 1, null],
    'target_info{instance="i",job="j",version="2"}': [null, null, 1],
    'build_info{instance="i",job="j",commit="c"}': [1, 1, 1],
  });
  expect(await over([1, 2], services, 'info(up)')).toEqual({
    'up{instance="i",job="j",version="1"}': [1, null],
    'up{instance="i",job="j",version="2"}': [null, 1],
  });
  expect(await at(0, services, 'info(up, {__name__="build_info"})')).toEqual({
    'up{commit="c",instance="i",job="j"}': 1,
  });
  expect(await at(0, services, 'info(up, {absent=~".+"})')).toEqual({});
});
