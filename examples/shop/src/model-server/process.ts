// The models, in a process of their own: they are other companies' computers. Ends with its parent.
import { startModelServer } from './start-model-server.ts';

const server = await startModelServer();
process.send?.(server.url);
process.on('disconnect', async () => {
  await server.close();
  process.exit();
});
// Ctrl-C in a terminal reaches every process; the parent decides when the models go.
process.on('SIGINT', () => {});
