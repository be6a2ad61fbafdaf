import { expect, it } from 'vitest';
import { isWatchable, watchBody } from './pass-through.ts';

/** Numbers as a body, the stream of it that is given on, and what its watch was told. */
function watched(count: number, fails = false) {
  const told: string[] = [];
  let at = 0;
  const body = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (at < count) controller.enqueue(Uint8Array.of(at++));
      else if (fails) controller.error(new Error('broken'));
      else controller.close();
    },
    cancel: (why) => void told.push(`source cancelled: ${why}`),
  });
  const response = watchBody(new Response(body), {
    // Every third piece is kept back.
    chunk: (bytes) => ((bytes as Uint8Array)[0]! % 3 === 2 ? undefined : bytes),
    done() {
      told.push('done');
      return Uint8Array.of(99);
    },
    failed: (error) => void told.push(`failed: ${(error as Error).message}`),
    cancelled: () => void told.push('cancelled'),
  });
  return { response, stream: response.body!, told };
}

it('brings what is given on to whoever iterates, in order even where several are asked for at once', async () => {
  const { stream, told } = watched(5);
  const pieces = stream[Symbol.asyncIterator]();
  const results = await Promise.all(Array.from({ length: 7 }, () => pieces.next()));
  expect(results.map(({ value }) => value?.[0])).toEqual([0, 1, 3, 4, 99, undefined, undefined]);
  expect(told).toEqual(['done']);
});

it('is locked and read for everybody else, while it is iterated over and after', async () => {
  const { response, stream } = watched(5);
  for await (const _ of stream) {
    expect([stream.locked, response.bodyUsed, isWatchable(response)]).toEqual([true, true, false]);
    expect(() => stream.getReader()).toThrow(TypeError);
    expect(() => stream.values()).toThrow(TypeError);
  }
  expect([stream.locked, response.bodyUsed]).toEqual([false, true]);
  await expect(response.text()).rejects.toThrow(TypeError);
});

it('cancels the source where the loop is left, unless that is to go on', async () => {
  const left = watched(5);
  for await (const _ of left.stream) break;
  expect(left.told).toEqual(['cancelled', 'source cancelled: undefined']);

  const kept = watched(5);
  for await (const _ of kept.stream.values({ preventCancel: true })) break;
  const rest: number[] = [];
  for (const reader = kept.stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    rest.push(value[0]!);
  }
  expect(rest).toEqual([1, 3, 4, 99]);
  expect(kept.told).toEqual(['done']);
});

it('throws what the source fails with', async () => {
  const { stream, told } = watched(2, true);
  const seen: number[] = [];
  const read = async (): Promise<void> => {
    for await (const piece of stream) seen.push(piece[0]!);
  };
  await expect(read()).rejects.toThrow('broken');
  expect([seen, told]).toEqual([[0, 1], ['failed: broken']]);
});
