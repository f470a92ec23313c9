/**
 * A network namespace that stands for a node's machine: joins the switch, configures itself by what the router says,
 * uses the services and serves HTTP. Usage: node.ts SWITCH-SOCKET MAC; commands and answers are JSON lines.
 */
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { describeError } from "@icos/system";
import { connectToSwitch, joinPorts, openPacketSocket } from "@icos/vm";
import { runSetup } from "../../../packages/testnet/src/network/run-setup.ts";
import { planLink } from "../../../packages/testnet/src/network/setup-plan.ts";

const [switchSocket = "", mac = ""] = process.argv.slice(2);
const run = promisify(execFile);

const commands: Record<string, (...args: string[]) => Promise<unknown>> = {
  /** The addresses that this machine gave itself from advertised prefixes, once there are any. */
  async addresses() {
    for (;;) {
      const all = networkInterfaces()["eth0"]?.map(({ address }) => address) ?? [];
      const global = all.filter((address) => address.startsWith("fd"));
      if (global.length > 0) return global.sort();
      await delay(20);
    }
  },
  async routes() {
    return (await run("ip", ["-6", "route", "show", "default"])).stdout;
  },
  async mtu() {
    return (await readFile("/proc/sys/net/ipv6/conf/eth0/mtu", "utf8")).trim();
  },
  async get(url, range = "") {
    const response = await fetch(url ?? "", {
      headers: range === "" ? {} : { range },
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, length: (await response.bytes()).length };
  },
  async resolve(server, name) {
    const resolver = new Resolver({ timeout: 5_000, tries: 2 });
    resolver.setServers([`[${server}]:53`]);
    return resolver.resolve6(name ?? "").catch((error: NodeJS.ErrnoException) => error.code);
  },
  async time(server) {
    const socket = createSocket("udp6");
    const request = Buffer.alloc(48);
    request.writeUInt8((4 << 3) | 3, 0);
    socket.send(request, 123, server ?? "");
    const answer: unknown = (await once(socket, "message", { signal: AbortSignal.timeout(10_000) }))[0];
    socket.close();
    return answer instanceof Buffer ? answer.readUInt32BE(40) - 2_208_988_800 : undefined;
  },
};

await runSetup(planLink({ host: "eth0", wire: "wire0", mac, mtu: 1_500, addresses: [], router: false }));
const wire = await openPacketSocket("wire0");
void joinPorts(wire, await connectToSwitch(switchSocket));
createServer((request, response) => response.end(`node saw ${request.url}`)).listen(8080, "::");
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const [name = "", ...args] = JSON.parse(line) as string[];
  try {
    const value = await commands[name]?.(...args);
    process.stdout.write(`${JSON.stringify({ value })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: describeError(error) })}\n`);
  }
}
process.exit();
