/** `node src/model-server/main.ts [port]`: the model server alone, for clients of one's own. */
import { startModelServer } from './start-model-server.ts';

const { url } = await startModelServer(Number(process.argv[2] ?? 0));
console.log(`The model server is at ${url} (OpenAI: ${url}/v1). It stops with Ctrl+C.`);
