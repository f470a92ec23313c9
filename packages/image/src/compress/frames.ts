import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** Uncompressed bytes of one frame. */
const FRAME_SIZE = 8 << 20;
const LEVEL = 9;

export interface FrameRequest {
  readonly bytes: Uint8Array;
  readonly level: number;
}

/**
 * Compresses a stream as independent zstd frames of 8 MiB, several at a time, in order. Every frame is made by one
 * call, so the bytes depend on the content alone and not on the number of cores or on timing. Independent frames can
 * be decompressed in parallel, and fetched one by one.
 */
export async function* compressInFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const workers = Array.from({ length: Math.min(availableParallelism(), 8) }, startWorker);
  const pending: Promise<Uint8Array>[] = [];
  let next = 0;
  try {
    for await (const frame of cutFrames(source)) {
      const worker = workers[next++ % workers.length];
      if (worker) pending.push(worker.compress(frame));
      const first = pending.length > workers.length ? pending.shift() : undefined;
      if (first) yield await first;
    }
    for (const frame of pending) yield await frame;
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

async function* cutFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let frame = new Uint8Array(FRAME_SIZE);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + FRAME_SIZE - filled);
      frame.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < FRAME_SIZE) continue;
      yield frame;
      frame = new Uint8Array(FRAME_SIZE);
      filled = 0;
    }
  }
  if (filled > 0) yield frame.subarray(0, filled);
}

interface CompressWorker {
  compress(bytes: Uint8Array): Promise<Uint8Array>;
  stop(): Promise<number>;
}

function startWorker(): CompressWorker {
  const worker = new Worker(new URL("./frame-worker.ts", import.meta.url), { execArgv: [] });
  const waiting: PromiseWithResolvers<Uint8Array>[] = [];
  worker.on("message", (frame: Uint8Array) => waiting.shift()?.resolve(frame));
  let failure: Error | undefined;
  worker.on("error", (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
    for (const each of waiting) each.reject(failure);
  });
  return {
    compress: (bytes) => {
      if (failure) return Promise.reject(failure);
      const result = Promise.withResolvers<Uint8Array>();
      result.promise.catch(() => undefined); // reported where it is awaited
      waiting.push(result);
      worker.postMessage({ bytes, level: LEVEL } satisfies FrameRequest);
      return result.promise;
    },
    stop: () => worker.terminate(),
  };
}
