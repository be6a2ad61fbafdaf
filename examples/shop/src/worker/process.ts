// The worker, in a process of its own as it would be in production. Ends with its parent.
import { Worker } from 'bullmq';
import { type LogLevel, monitorWorker, setupMonitoring } from 'telltale';
import { receiveOptions } from '../child-process.ts';
import { openDatabase } from '../database.ts';
import { connectionTo, type JobStore, type OrderJob } from '../jobs.ts';
import { openModels } from '../models.ts';
import { createProcessors } from './processors.ts';

export interface WorkerOptions extends JobStore {
  readonly modelsUrl: string;
  readonly memory?: string | undefined;
  readonly logLevel?: LogLevel | undefined;
  readonly metricsPort: number;
}

const options = await receiveOptions<WorkerOptions>();
const { memory, logLevel, metricsPort } = options;
setupMonitoring({
  serviceName: 'shop-worker',
  environment: 'development',
  version: '1.0.0',
  logLevel,
  metricsPort,
  history: { path: memory },
});

const database = await openDatabase(options.databaseUrl);
const processors = createProcessors(database, openModels(options.modelsUrl));
const workers = Object.entries(processors).map(([queue, process]) => {
  const worker = monitorWorker(new Worker<OrderJob>(queue, process, { ...connectionTo(options), concurrency: 5 }));
  worker.on('error', () => {});
  return worker;
});
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
process.send?.('ready');

process.on('disconnect', async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await database.end();
  process.exit();
});
// Ctrl-C in a terminal reaches every process; the parent decides when the worker goes.
process.on('SIGINT', () => {});
