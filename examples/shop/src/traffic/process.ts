// The visitors, in a process of their own so that the service's figures are the service's alone. Ends with its parent.
import { receiveOptions } from '../child-process.ts';
import { startTraffic, type TrafficOptions } from '../traffic.ts';
import type { TrafficSummary } from './measurements.ts';

const REPORT_EVERY_MS = 30_000;

const traffic = startTraffic(await receiveOptions<TrafficOptions>());
process.send?.('ready');
setInterval(() => console.log(line(traffic.time(), traffic.summary())), REPORT_EVERY_MS);
process.on('disconnect', async () => {
  await traffic.stop();
  process.exit();
});
// Ctrl-C in a terminal reaches every process; the parent decides when the visitors go.
process.on('SIGINT', () => {});

function line(time: string, { requests, errors, hungUp, failed, p95Ms }: TrafficSummary): string {
  const count = (value: number, width: number): string => value.toLocaleString('en').padStart(width);
  const lost = failed > 0 ? `   ${failed} without an answer` : '';
  const counts = `${count(requests, 8)} requests ${count(errors, 5)} errors ${count(hungUp, 5)} hung up`;
  return `traffic   ${time} ${counts}   p95 ${count(Math.round(p95Ms), 5)} ms${lost}`;
}
