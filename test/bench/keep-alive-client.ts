import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Variant } from './rounds.ts';

/** What every variant's service answers, on `GET /orders/:id`. */
export const ORDER = { id: '42', status: 'shipped', total: 199.9, items: [{ sku: 'A-1', quantity: 2 }] };
/** The route under measurement, in the words of Express and Fastify. */
export const ROUTE = '/orders/:id';

const REQUEST = Buffer.from(
  'GET /orders/42?expand=items HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: application/json\r\n\r\n',
);
const HEAD_END = Buffer.from('\r\n\r\n');
const SOCKETS = 4;

/** A service under measurement. */
export interface Service {
  readonly name: string;
  /** Listens on a free port of the loopback interface. */
  listen(): Promise<number>;
  /** Throws unless exactly so many requests were counted and logged, as far as the service does either. */
  check(requests: number, head: string): void | Promise<void>;
  close(): Promise<void>;
}

/** A variant that sends requests to a service over a few kept-alive connections, each one after the other's answer. */
export async function clientOf(service: Service): Promise<Variant & { check(requests: number): Promise<void> }> {
  const port = await service.listen();
  const lanes = await Promise.all(Array.from({ length: SOCKETS }, () => openLane(port)));
  return {
    name: service.name,
    async run(count) {
      await Promise.all(lanes.map((lane, i) => lane.send(Math.floor((count + i) / SOCKETS))));
      // What the server does after the last byte belongs to the request too.
      await new Promise(setImmediate);
    },
    async check(requests) {
      const { head } = lanes[0]!;
      if (!head.startsWith('HTTP/1.1 200')) throw new Error(`${service.name} answered ${head}`);
      for (const lane of lanes) lane.close();
      await service.close();
      await service.check(requests, head.toLowerCase());
    },
  };
}

/** One connection. It reads no more of an answer than it must, so that the client costs every variant the same. */
async function openLane(port: number) {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay(true);
  let left = 0;
  let missing = 0;
  let done = (): void => {};
  const lane = {
    /** The head of the latest answer. */
    head: '',
    send(count: number): Promise<void> {
      return new Promise((resolve) => {
        if (count === 0) return resolve();
        left = count;
        done = resolve;
        socket.write(REQUEST);
      });
    },
    close: () => socket.destroy(),
  };
  socket.on('data', (chunk: Buffer) => {
    if (missing > 0) missing -= chunk.length;
    else {
      const end = chunk.indexOf(HEAD_END);
      lane.head = chunk.toString('latin1', 0, end);
      const at = lane.head.toLowerCase().indexOf('content-length: ');
      missing = Number.parseInt(lane.head.slice(at + 16), 10) - (chunk.length - end - HEAD_END.length);
    }
    if (missing > 0) return;
    if (--left > 0) socket.write(REQUEST);
    else done();
  });
  return lane;
}
