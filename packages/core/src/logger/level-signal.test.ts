import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { endOf, startLogging } from '../../test/log-process.ts';
import { testMonitor } from '../../test/test-monitor.ts';

test('the level changes by the API of the logger and of the monitor, and stays where the name is unknown', () => {
  const { monitor, log, errors } = testMonitor();
  monitor.setLogLevel('DEBUG');
  monitor.logger.debug('1');
  monitor.setLogLevel('error');
  monitor.logger.warn('2');
  monitor.logger.level = 'Debug';
  expect(monitor.logger.level).toBe('debug');
  monitor.logger.level = 'loud';
  monitor.logger.debug('3');
  expect(log().map(({ message, error }) => (error === undefined ? message : ''))).toEqual(['1', '', '3']);
  expect(errors).toEqual(['logger: No such log level: loud']);
});

test('a signal sets the level to DEBUG, and back when it comes again', async () => {
  const script = `
    process.on('message', (message) => {
      logger.debug(message);
      if (message === 'end') process.disconnect();
    });
    process.on('SIGUSR2', () => process.send('heard'));
    process.send('ready');`;
  const child = startLogging(script, 'pipe', "{ logLevelSignal: 'SIGUSR2', logLevel: 'WARNING' }");
  const ended = endOf(child);
  const written = text(child.stdout!);
  await once(child, 'message');
  child.send('not written');
  for (const message of ['written', 'end']) {
    child.kill('SIGUSR2');
    await once(child, 'message');
    child.send(message);
  }
  expect(await ended).toEqual({ code: 0, signal: null });
  const messages = (await written)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).message);
  expect(messages).toEqual(['The log level is DEBUG from here on', 'written', 'The log level is WARNING from here on']);
});

test("without the option the signal is the host's", () => {
  // What writes the log's last lines listens for every signal that can end the process.
  testMonitor();
  const before = process.listenerCount('SIGUSR2');
  testMonitor();
  expect(process.listenerCount('SIGUSR2')).toBe(before);
});

test('a monitor that is closed or configured anew gives the signal back', async () => {
  // What writes the log's last lines listens for every signal that can end the process.
  testMonitor();
  const before = process.listenerCount('SIGHUP');
  const { monitor } = testMonitor({ logLevelSignal: 'SIGHUP' });
  expect(process.listenerCount('SIGHUP')).toBe(before + 1);
  monitor.configure(monitor.config);
  expect(process.listenerCount('SIGHUP')).toBe(before + 1);
  await monitor.close();
  expect(process.listenerCount('SIGHUP')).toBe(before);
});
