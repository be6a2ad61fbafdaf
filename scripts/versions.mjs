// Runs the tests on the other Node versions that Telltale supports, each installed from npm into `.cache`:
// `npm run versions`, or `npm run versions -- packages/core` for a part of them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['22', '26'];
const root = fileURLToPath(new URL('..', import.meta.url));

for (const version of VERSIONS) {
  const folder = join(root, '.cache', `node-${version}`);
  const bin = join(folder, 'node_modules', 'node', 'bin');
  if (!existsSync(join(bin, 'node'))) {
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`]);
  }
  const env = { ...process.env, PATH: bin + delimiter + process.env.PATH };
  run(join(bin, 'node'), ['--version'], env);
  run(join(bin, 'node'), [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)], env);
}

function run(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (status === 0) return;
  console.error(
    `\`${command} ${args.join(' ')}\` failed${error ? `: ${error.message}` : ` with exit code ${status}`}.`,
  );
  process.exitCode = 1;
}
