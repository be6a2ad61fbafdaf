import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atMost, type Bench, expectEqual, timingRows } from './report.ts';
import { ratio, type Timing } from './rounds.ts';

const ROUNDS = 15;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What each child process imports, by the name of the variant. */
const IMPORTS = {
  telltale: ['telltale'],
  'prom-client + winston + uuid': ['prom-client', 'winston', 'uuid'],
  'prom-client': ['prom-client'],
  winston: ['winston'],
};

/** One operation is the import alone, without the start of Node, in a fresh process. */
export const bench: Bench = {
  title: 'Import',
  async run() {
    const lanes = Object.entries(IMPORTS).map(([name, modules]) => ({ name, modules, samples: [] as number[] }));
    const memory = new Map<string, number>();
    for (let round = -1; round < ROUNDS; round++) {
      for (let turn = 0; turn < lanes.length; turn++) {
        const { name, modules, samples } = lanes[(round + turn + lanes.length) % lanes.length]!;
        const { micros, bytes, exports } = importInChild(modules);
        expectEqual(
          `modules imported by ${name}`,
          exports.every((count) => count > 0),
          true,
        );
        memory.set(name, bytes / 2 ** 20);
        // The first round fills the file system's cache.
        if (round >= 0) samples.push(micros);
      }
    }
    const timings = lanes.map(({ name, samples }): Timing => ({ name, samples, operations: ROUNDS + 1 }));
    const [ours, peers] = timings as [Timing, Timing];
    return {
      rows: timingRows(timings, 'ms', ours).map((row) => ({ ...row, 'memory MB': memory.get(String(row.variant))! })),
      goals: [atMost(1.3, "import 'telltale' within 1.3 times prom-client + winston + uuid", ratio(ours, peers))],
    };
  },
};

interface ImportCost {
  readonly micros: number;
  readonly bytes: number;
  readonly exports: readonly number[];
}

function importInChild(modules: readonly string[]): ImportCost {
  const script = `
    const cpu = process.cpuUsage();
    const memory = process.memoryUsage().rss;
    const loaded = [];
    for (const name of ${JSON.stringify(modules)}) loaded.push(await import(name));
    const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({
      micros: user + system,
      bytes: process.memoryUsage().rss - memory,
      exports: loaded.map((module) => Object.keys(module).length),
    }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' });
  return JSON.parse(output);
}
