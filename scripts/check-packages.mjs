// Packs every public package as it would be published and checks the result: what publint and "are the types wrong"
// say of it, and that a project which installs it can load it with `import` and with `require`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
const scratch = mkdtempSync(join(tmpdir(), 'telltale-packages-'));

try {
  const tarballs = folders.map((folder) => {
    const [{ filename }] = JSON.parse(capture('npm', ['pack', '--json', '--pack-destination', scratch], folder));
    return join(scratch, filename);
  });
  for (const tarball of tarballs) {
    run('npx', ['--no-install', 'publint', tarball, '--strict'], root);
    run('npx', ['--no-install', 'attw', tarball, '--profile', 'esm-only', '--quiet'], root);
  }

  const project = join(scratch, 'project');
  execFileSync('mkdir', [project]);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs], project);
  for (const folder of folders) {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const count = 'console.log(Object.keys(m).length, "exports of", process.argv[1])';
    run('node', ['--input-type=module', '-e', `const m = await import("${name}"); ${count}`, name], project);
    run('node', ['--input-type=commonjs', '-e', `const m = require("${name}"); ${count}`, name], project);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function run(command, args, cwd) {
  try {
    execFileSync(command, args, { cwd, stdio: 'inherit' });
  } catch (error) {
    console.error(`\`${command} ${args.join(' ')}\` failed: ${error.message}`);
    process.exitCode = 1;
  }
}

function capture(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
