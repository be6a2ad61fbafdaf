/**
 * `npm run bench`: every family, or those named; each in a process of its own, one after the other.
 * `npm run bench -- instruments scrape --json`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { formatReport, type Report } from './report.ts';

const FAMILIES = [
  'instruments',
  'scrape',
  'history',
  'http-fastify',
  'http-express',
  'log',
  'log-transport',
  'context',
  'queue',
  'database',
  'cache',
  'ai-track',
  'ai-sdk',
  'start',
  'disabled',
];

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const asJson = process.argv.includes('--json');
const unknown = names.filter((name) => !FAMILIES.includes(name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${FAMILIES.join(', ')}.`);
  process.exit(1);
}

if (!asJson) {
  console.log(
    'CPU time of one operation. The variants take turns in short rounds; ratios and what is added are medians',
  );
  console.log('of the comparisons within a round. On a busy machine times drift, and ratios stay.\n');
}
const reports: Record<string, Report> = {};
for (const name of names.length > 0 ? names : FAMILIES) {
  const report = await runFamily(name);
  if (report === undefined) process.exitCode = 1;
  else reports[name] = report;
  if (report !== undefined && !asJson) console.log(formatReport(report));
}
if (asJson) console.log(JSON.stringify(reports, undefined, 2));
else summarise(Object.values(reports).flatMap(({ goals }) => goals));

async function runFamily(name: string): Promise<Report | undefined> {
  const child = fork(fileURLToPath(new URL('run-family.ts', import.meta.url)), [name], { execArgv: ['--expose-gc'] });
  let report: Report | undefined;
  child.on('message', (message) => {
    report = message as Report;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0 || report === undefined) console.error(`The benchmark ${name} failed (exit code ${code}).`);
  return code === 0 ? report : undefined;
}

function summarise(goals: Report['goals']): void {
  const reached = goals.filter((goal) => goal.reached).length;
  console.log(`${reached} of ${goals.length} goals reached.`);
}
