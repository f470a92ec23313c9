import { ipv6Prefix64 } from "@icos/config";
import { parseJson, type Exec } from "@icos/system";
import * as v from "valibot";
import type { GatewayAnswer } from "./card-choice.ts";

/** What the host will be in its network. */
export interface HostAddress {
  readonly ipv6: string;
  readonly prefixLength: number;
  readonly gateway: string;
}

const WAIT_SECONDS = 3;

const neighbours = v.array(
  v.object({
    dst: v.string(),
    lladdr: v.optional(v.string()),
    state: v.optional(v.array(v.string()), []),
  }),
);

/** Gives a card that is up the host's own address while `use` runs. */
export async function withAddress<Result>(
  exec: Exec,
  card: string,
  { ipv6, prefixLength, gateway }: HostAddress,
  use: () => Promise<Result>,
): Promise<Result> {
  const address = `${ipv6}/${prefixLength}`;
  await exec.run(["ip", "-6", "address", "replace", address, "dev", card, "nodad"]);
  try {
    // A gateway outside of the network is on the same wire all the same.
    if (ipv6Prefix64(gateway) !== ipv6Prefix64(ipv6))
      await exec.run(["ip", "-6", "route", "replace", `${gateway}/128`, "dev", card]);
    return await use();
  } finally {
    await exec.run(["ip", "-6", "address", "flush", "dev", card, "scope", "global"]);
    await exec.run(["ip", "-6", "route", "flush", "dev", card, "proto", "boot"]);
  }
}

/** Asks once whether the gateway is there; three seconds at most. */
export async function askGateway(exec: Exec, card: string, gateway: string): Promise<GatewayAnswer | "silent"> {
  const ping = ["ping", "-6", "-n", "-q", "-c", "1", "-W", String(WAIT_SECONDS), "-I", card, gateway];
  const echo = await exec.run(ping, { timeout: (WAIT_SECONDS + 2) * 1000 }).then(
    () => true,
    () => false,
  );
  if (echo) return "echo";
  return (await isNeighbour(exec, card, gateway)) ? "neighbour" : "silent";
}

/** Whether the kernel has heard the gateway say its MAC address while it tried to reach it. */
async function isNeighbour(exec: Exec, card: string, gateway: string): Promise<boolean> {
  const { stdout } = await exec.run(["ip", "-6", "-json", "neighbour", "show", "to", gateway, "dev", card]);
  const found = parseJson(neighbours, stdout.toString() || "[]", {
    code: "unexpected-output",
    name: "What `ip neighbour` prints",
  });
  return found.some(({ lladdr, state }) => lladdr !== undefined && !state.includes("FAILED"));
}
