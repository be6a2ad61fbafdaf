import { expect, it } from 'vitest';
import { testMonitor } from '../../test/test-monitor.ts';
import { isMonitored, markMonitored, unmonitor } from './monitored.ts';
import { replaceMethod } from './replace-method.ts';

it('ends what was begun once, by whichever comes first', async () => {
  const { monitor } = testMonitor();
  const ended: string[] = [];
  const things = ['byFunction', 'byUnmonitor', 'byMonitor'].map((name) => ({ name }));
  const [end] = things.map((thing) => markMonitored(thing, monitor, () => ended.push(thing.name)));
  expect(things.map(isMonitored)).toEqual([true, true, true]);
  expect(things.map((thing) => Object.keys(thing))).toEqual([['name'], ['name'], ['name']]);

  end!();
  expect([unmonitor(things[1]!), unmonitor(things[1]!)]).toEqual([true, false]);
  expect(things.map(isMonitored)).toEqual([false, false, true]);
  await monitor.close();
  end!();
  expect(ended).toEqual(['byFunction', 'byUnmonitor', 'byMonitor']);
  expect(isMonitored(things[2]!)).toBe(false);
});

it('ends the latest first when the monitor is closed, and goes on where one fails', async () => {
  const { monitor, errors } = testMonitor();
  const ended: number[] = [];
  const things = [1, 2, 3].map((number) => {
    const thing = {};
    markMonitored(thing, monitor, () => {
      if (number === 2) throw new Error('stuck');
      ended.push(number);
    });
    return thing;
  });
  await monitor.close();
  expect(ended).toEqual([3, 1]);
  expect(things.some(isMonitored)).toBe(false);
  expect(errors).toEqual(['monitor: stuck']);
});

it('can be begun again after it was ended, and ended by the monitor of that time', async () => {
  const [first, second] = [testMonitor().monitor, testMonitor().monitor];
  const thing = { call: () => 'own' };
  markMonitored(
    thing,
    first,
    replaceMethod(thing, 'call', () => () => 'first'),
  );
  unmonitor(thing);
  markMonitored(
    thing,
    second,
    replaceMethod(thing, 'call', () => () => 'second'),
  );
  await first.close();
  expect(thing.call()).toBe('second');
  await second.close();
  expect(thing.call()).toBe('own');
});

it('notes what takes no property: a frozen object, a module', async () => {
  const { monitor } = testMonitor();
  const module = await import('./replace-method.ts');
  const ended: string[] = [];
  for (const thing of [Object.freeze({}), module]) {
    markMonitored(thing, monitor, () => ended.push('ended'));
    expect(isMonitored(thing)).toBe(true);
    expect(unmonitor(thing)).toBe(true);
    expect(isMonitored(thing)).toBe(false);
  }
  expect(ended).toEqual(['ended', 'ended']);
});

it('keeps nothing from being collected', async () => {
  const { monitor } = testMonitor();
  const references = Array.from({ length: 50 }, () => {
    const thing = { query: () => 1 };
    markMonitored(
      thing,
      monitor,
      replaceMethod(thing, 'query', (query) => query),
    );
    return new WeakRef(thing);
  });
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 50 && references.some((each) => each.deref() !== undefined); round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(references.filter((each) => each.deref() !== undefined)).toHaveLength(0);
  await monitor.close();
});
