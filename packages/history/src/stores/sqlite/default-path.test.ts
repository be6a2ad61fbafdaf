import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultPath } from './default-path.ts';

it.each<[string, NodeJS.Platform, NodeJS.ProcessEnv, string]>([
  ['the cache folder that the system names', 'linux', { XDG_CACHE_HOME: '/var/cache' }, '/var/cache'],
  ['.cache at home', 'linux', {}, join(homedir(), '.cache')],
  ['.cache at home where the name is relative', 'linux', { XDG_CACHE_HOME: 'cache' }, join(homedir(), '.cache')],
  ['the Library on macOS', 'darwin', {}, join(homedir(), 'Library', 'Caches')],
])('lies in %s', (_, platform, env, folder) => {
  expect(defaultPath('orders', 'db', env, platform)).toBe(join(folder, 'telltale', 'orders.db'));
});

it.each([
  ['@shop/orders', '_shop_orders.db'],
  ['../../etc/passwd', '__.._etc_passwd.db'],
  ['..', '_.db'],
])('makes of the service %s the file %s', (service, file) => {
  expect(defaultPath(service, 'db', { XDG_CACHE_HOME: '/var/cache' }, 'linux')).toBe(`/var/cache/telltale/${file}`);
});
