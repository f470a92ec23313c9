import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openToolsTree } from "@icos/image";
import type { SpawnCommand } from "@icos/system";
import { createVirtualSwitch, type VirtualSwitch } from "@icos/vm";
import {
  createLoopbackProxy,
  httpGetThroughGateway,
  startServices,
  type ServicesHandle,
  type ServicesMessage,
} from "../../packages/testnet/src/network/index.ts";
import { dieWithParent, ownNetwork } from "../../packages/testnet/src/network/namespace.ts";
import { NODE_ADDRESS, NODE_MAC, ROOT_KEY, servicesOptions } from "./network/options.ts";

const FILE_SIZE = 3_000_000;

let directory: string;
let wrap: SpawnCommand;
let network: VirtualSwitch;
let services: ServicesHandle;
let node: NodeProcess;
const messages: ServicesMessage[] = [];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "net-"));
  await mkdir(join(directory, "files"));
  await writeFile(join(directory, "files", "image"), randomBytes(FILE_SIZE));
  ({ wrap } = await openToolsTree());
  network = createVirtualSwitch({ seed: "network" });
  const socket = (name: string): string => join(directory, `${name}.sock`);
  await network.listenPort("services", socket("services"));
  await network.listenPort("node", socket("node"));
  services = await startServices({
    ...servicesOptions(directory, socket("services")),
    wrap,
    onMessage: (message) => messages.push(message),
  });
  node = await startNode(socket("node"));
});

after(async () => {
  node?.stop();
  await services?.stop();
  await network?.close();
  await rm(directory, { recursive: true });
});

void test("A node that knows nothing gets its addresses, default route and MTU from the router.", async () => {
  assert.deepEqual(await node.ask("addresses"), [NODE_ADDRESS, NODE_ADDRESS.replace(":1:6801:", ":2:6801:")]);
  assert.match(String(await node.ask("routes")), /^default .*via fe80::1 dev eth0 proto ra/m);
  assert.equal(await node.ask("mtu"), "1500");
});

void test("A node gets files whole and in parts, and reaches the NNS.", async () => {
  const { files, nns } = services.addresses;
  assert.deepEqual(await node.ask("get", `http://[${files}]/image`), { status: 200, length: FILE_SIZE });
  assert.deepEqual(await node.ask("get", `http://[${files}]/image`, "bytes=10-19"), { status: 206, length: 10 });
  assert.deepEqual(await node.ask("get", `http://[${nns}]:8080/`), { status: 200, length: "registry".length });
});

void test("A node asks the advertised resolver, or the public ones it has by default, and no name leads outside.", async () => {
  for (const server of [services.addresses.dns, "2606:4700:4700::1111"]) {
    assert.deepEqual(await node.ask("resolve", server, "node-0.alpha.testnet"), [NODE_ADDRESS]);
    assert.deepEqual(await node.ask("resolve", server, "nns.alpha.testnet"), [services.addresses.nns]);
    assert.deepEqual(await node.ask("resolve", server, "0.pool.ntp.org"), [services.addresses.ntp]);
    assert.equal(await node.ask("resolve", server, "example.com"), "ENOTFOUND");
  }
});

void test("A node learns the time.", async () => {
  const before = Math.floor(Date.now() / 1000);
  const time = Number(await node.ask("time", services.addresses.ntp));
  assert.ok(time >= before && time <= Date.now() / 1000, `${time}`);
});

void test("An address outside of the testnet is refused at once, not after a timeout.", async () => {
  const error = await node.ask("get", "http://[2001:db8::1]/").catch(String);
  assert.match(String(error), /ENETUNREACH|EHOSTUNREACH/);
});

void test("The host reaches the node through the gateway and a loopback proxy.", async () => {
  const { gateway } = services;
  const response = await httpGetThroughGateway(gateway, `http://[${NODE_ADDRESS}]:8080/status`);
  assert.equal(response.body.toString(), "node saw /status");
  const proxy = await createLoopbackProxy({
    listen: { host: "127.0.0.1", port: 0 },
    target: { host: NODE_ADDRESS, port: 8080 },
    gateway,
  });
  try {
    assert.equal(await (await fetch(`http://127.0.0.1:${proxy.port}/x`)).text(), "node saw /x");
  } finally {
    await proxy.close();
  }
  await assert.rejects(gateway.connect({ host: NODE_ADDRESS, port: 1 }), /ECONNREFUSED/);
  await assert.rejects(gateway.connect({ host: "::1", port: 80 }), /Not an address of this testnet/);
});

void test("A killed NNS is back at the same address with its process id in the file.", async () => {
  const { nnsPid } = services;
  process.kill(nnsPid, "SIGKILL");
  await until(() => messages.some(({ kind }) => kind === "nns-ready"));
  assert.notEqual(services.nnsPid, nnsPid);
  assert.equal(await readFile(join(directory, "services", "nns.pid"), "utf8"), `${services.nnsPid}\n`);
  const { body } = await httpGetThroughGateway(services.gateway, `${services.nnsUrl}/`);
  assert.equal(body.toString(), "registry");
  assert.equal(services.rootKey, ROOT_KEY);
});

void test("Stopping leaves no process and no socket.", async () => {
  const pids = [services.pid, services.nnsPid];
  await services.stop();
  assert.deepEqual(await services.exited, { code: 0, signal: null });
  for (const pid of pids) assert.ok(!isRunning(pid));
  await assert.rejects(services.gateway.connect({ host: NODE_ADDRESS, port: 8080 }), { code: "gateway-unavailable" });
});

void test("A killed supervisor takes the services and the NNS with it.", async () => {
  const home = join(directory, "killed");
  await mkdir(join(home, "files"), { recursive: true });
  const program = join(import.meta.dirname, "network", "supervisor.ts");
  const supervisor = spawn(process.execPath, [program, home], { stdio: ["ignore", "pipe", "inherit"] });
  const line: unknown = (await once(createInterface({ input: supervisor.stdout }), "line"))[0];
  const pids = JSON.parse(String(line)) as { services: number; nns: number };
  assert.ok(isRunning(pids.services) && isRunning(pids.nns));
  supervisor.kill("SIGKILL");
  await until(() => !isRunning(pids.services) && !isRunning(pids.nns));
});

interface NodeProcess {
  ask(...command: string[]): Promise<unknown>;
  stop(): void;
}

async function startNode(switchSocket: string): Promise<NodeProcess> {
  const program = join(import.meta.dirname, "network", "node.ts");
  const command = wrap(
    ownNetwork(
      dieWithParent([process.execPath, "--disable-warning=ExperimentalWarning", program, switchSocket, NODE_MAC]),
    ),
  );
  const child: ChildProcessWithoutNullStreams = spawn(command[0] ?? "", command.slice(1));
  child.stderr.pipe(process.stderr);
  const lines: Interface = createInterface({ input: child.stdout });
  const next = async (): Promise<{ value?: unknown; error?: string }> => {
    const line: unknown = (await once(lines, "line", { signal: AbortSignal.timeout(60_000) }))[0];
    return JSON.parse(String(line)) as { value?: unknown; error?: string };
  };
  await next();
  return {
    async ask(...command) {
      const answer = next();
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const { value, error } = await answer;
      if (error !== undefined) throw new Error(error);
      return value;
    },
    stop: () => void child.kill("SIGKILL"),
  };
}

async function until(condition: () => boolean): Promise<void> {
  const end = AbortSignal.timeout(60_000);
  while (!condition()) await delay(20, undefined, { signal: end });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
