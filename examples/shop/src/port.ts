import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** @throws {Error} saying in one sentence why the service could not listen there. */
export async function checkPort(port: number, host: string): Promise<void> {
  const probe = createServer();
  await listen(probe, port, host);
  probe.close();
  await once(probe, 'close');
}

/** @throws {Error} the same. */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE'
        ? `Port ${port} is taken; stop what listens there, or choose another: PORT=${port + 1} npm start`
        : `The service cannot listen on ${host}:${port} (${message}).`;
    throw new Error(reason, { cause });
  }
}
