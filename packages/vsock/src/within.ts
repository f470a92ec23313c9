import type { Clock } from "@icos/system";

/** What `work` gives, unless `milliseconds` pass first: then `late` makes the error, and the work's signal aborts. */
export async function within<T>(
  milliseconds: number,
  clock: Pick<Clock, "sleep">,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => Error,
): Promise<T> {
  const over = new AbortController();
  const done = new AbortController();
  const deadline = clock.sleep(milliseconds, done.signal).then(() => {
    throw late();
  });
  try {
    return await Promise.race([work(over.signal), deadline]);
  } finally {
    done.abort();
    over.abort();
    await deadline.catch(() => undefined);
  }
}
