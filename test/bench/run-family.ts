import type { Bench } from './report.ts';

// Nothing of the surroundings is to change what is measured.
for (const name of ['LOG_LEVEL', 'SERVICE_NAME', 'TELLTALE_ENABLED', 'TELLTALE_TOKEN', 'METRICS_PORT']) {
  delete process.env[name];
}
const { bench } = (await import(`./${process.argv[2]}.bench.ts`)) as { bench: Bench };
const report = { title: bench.title, ...(await bench.run()) };
process.send?.(report, () => process.exit());
