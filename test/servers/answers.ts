import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until the answer is yes. @throws {Error} after thirty seconds, or when the process is over. */
export async function untilReady(child: ChildProcess, isReady: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('It is over.');
    if (await isReady()) return;
    await delay(50);
  }
  throw new Error('It was not ready within 30 seconds.');
}

/** Whether a server's first bytes, after it was told `greeting` where that is given, begin with `expected`. */
export function answers(port: number, expected: string, greeting?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => void (greeting !== undefined && socket.write(greeting)));
    const done = (ok: boolean): void => {
      socket.destroy();
      resolve(ok);
    };
    socket.on('data', (reply) => done(reply.toString().startsWith(expected)));
    socket.on('error', () => done(false));
    socket.on('close', () => done(false));
  });
}
