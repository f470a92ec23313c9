import { systemClock } from "@icos/system";

/** Asks again and again, for half a minute, until there is something. */
export async function eventually<Value>(
  what: string,
  attempt: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
  for (let tries = 0; tries < 600; tries += 1) {
    const value = await attempt();
    if (value !== undefined) return value;
    await systemClock.sleep(50);
  }
  throw new Error(`It did not happen: ${what}`);
}
