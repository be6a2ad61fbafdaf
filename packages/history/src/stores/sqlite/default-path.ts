import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The file in the user's cache folder, by the custom of each system, that all processes of one service share.
 * Characters of its name that a file's name may not have become `_`.
 */
export function defaultPath(
  service: string,
  extension: 'db' | 'jsonl' = 'db',
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const name = service.replace(/[^\w.-]|^\.+/g, '_').slice(0, 100);
  return join(cacheFolder(env, platform), 'telltale', `${name}.${extension}`);
}

function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'win32') return env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  // The XDG base directory specification has relative paths ignored.
  return env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(homedir(), '.cache');
}
