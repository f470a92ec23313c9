import { setTimeout as delay } from "node:timers/promises";
import { IcosError } from "@icos/system";
import { consoleMoment } from "../lib/console-moment.ts";
import type { ScratchTestnet } from "../lib/scratch-testnet.ts";

const POLL_MS = 250;
const LIMIT_SECONDS = 900;

/** Seconds since power came on. */
export interface PowerCycle {
  /** Until the host said that the guest's machine runs; `undefined` of a node without a host. */
  readonly guestStarted: number | undefined;
  readonly healthy: number;
}

/** Cuts a node's power, gives it back, and waits until the node is healthy. */
export async function powerCycle(testnet: ScratchTestnet, node: string, signal: AbortSignal): Promise<PowerCycle> {
  const seen = async () => {
    const found = (await testnet.status()).nodes.find(({ name }) => name === node);
    if (found === undefined) throw new IcosError("no-node", `The testnet has no node ${node}.`);
    return found;
  };
  const until = async (what: string, isSo: (state: Awaited<ReturnType<typeof seen>>) => boolean): Promise<void> => {
    for (const end = Date.now() + LIMIT_SECONDS * 1_000; Date.now() < end;) {
      if (isSo(await seen())) return;
      await delay(POLL_MS, undefined, { signal });
    }
    throw new IcosError("node-too-slow", `The node ${node} is not ${what} after ${LIMIT_SECONDS} s.`);
  };
  await testnet.power(node, "stop");
  await until("off", ({ state }) => state === "off");
  const { consoleLog, host } = await seen();
  const console = { log: consoleLog, text: "guestos runs:", from: "end", limitSeconds: LIMIT_SECONDS, signal } as const;
  const started = host === null ? undefined : consoleMoment(console);
  started?.catch(() => undefined); // it is awaited below
  const begin = Date.now();
  await testnet.power(node, "start");
  await until("healthy", ({ healthy }) => healthy);
  const healthy = (Date.now() - begin) / 1_000;
  return { guestStarted: started === undefined ? undefined : ((await started) - begin) / 1_000, healthy };
}
