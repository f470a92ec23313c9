/** How often each side of a comparison is measured: enough for a median, few enough for a run of minutes. */
export const ROUNDS = 3;

/** Runs two measurements in turn, so that what the machine does meanwhile falls on both. */
export async function inTurns(
  rounds: number,
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<{ readonly one: readonly number[]; readonly other: readonly number[] }> {
  const samples = { one: [] as number[], other: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    samples.one.push(await one());
    samples.other.push(await other());
  }
  return samples;
}

/** Seconds that `work` takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}
