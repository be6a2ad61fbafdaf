import { currentContext } from '@telltale/core';
import { runInJobContext } from '@telltale/queue';

/** Runs in a process of its own, and answers with what it knows of where it runs. */
// biome-ignore lint/style/noDefaultExport: it is what BullMQ takes
export default (job) =>
  runInJobContext(job, async () => {
    if (job.name === 'bad') throw new Error('in the child');
    const { correlationId, origin } = currentContext();
    return { pid: process.pid, correlationId, origin: origin.name };
  });
