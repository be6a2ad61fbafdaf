import type { SeriesData } from '@telltale/promql';

/** So many milliseconds of samples go into one request: a head that is empty takes no more at once, out of order. */
const REQUEST_MS = 20 * 60_000;

/**
 * Sends samples to a Prometheus by its remote write protocol, which alone carries staleness markers and every other bit
 * of a value. What goes out is the protocol's message in snappy's framing, all of it literal.
 */
export async function remoteWrite(url: string, dataset: readonly SeriesData[]): Promise<void> {
  const times = dataset.flatMap(({ timestamps }) => [timestamps[0]!, timestamps[timestamps.length - 1]!]);
  const last = Math.max(...times);
  for (let from = Math.min(...times); from <= last; from += REQUEST_MS) {
    const message = writeRequest(dataset, from, from + REQUEST_MS);
    const response = await fetch(`${url}/api/v1/write`, {
      method: 'POST',
      headers: {
        'Content-Encoding': 'snappy',
        'Content-Type': 'application/x-protobuf',
        'X-Prometheus-Remote-Write-Version': '0.1.0',
      },
      body: new Uint8Array(snappy(message)),
    });
    if (!response.ok) throw new Error(`Remote write failed: ${response.status} ${await response.text()}`);
  }
}

function writeRequest(dataset: readonly SeriesData[], from: number, before: number): Buffer {
  const messages: Buffer[] = [];
  for (const { labels, timestamps, values } of dataset) {
    const parts = Object.keys(labels)
      .sort()
      .map((name) => field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(labels[name]!))])));
    const bytes = bytesOf(values as Float64Array);
    let samples = 0;
    for (let index = 0; index < timestamps.length; index++) {
      if (timestamps[index]! < from || timestamps[index]! >= before) continue;
      const value = Buffer.concat([Buffer.from([0x09]), bytes.subarray(index * 8, index * 8 + 8)]);
      parts.push(field(2, Buffer.concat([value, Buffer.from([0x10]), varint(BigInt(timestamps[index]!))])));
      samples++;
    }
    if (samples > 0) messages.push(field(1, Buffer.concat(parts)));
  }
  return Buffer.concat(messages);
}

function bytesOf(values: Float64Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** A field of bytes. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(BigInt(content.length)), content]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function snappy(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length - 1);
  return Buffer.concat([varint(BigInt(content.length)), Buffer.from([63 << 2]), length, content]);
}
