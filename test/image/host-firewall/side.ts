import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import type { Outcome, Probe, Request } from "./namespaces.ts";

/** One request a line on standard input, one answer a line on standard output. */

/** Below the second after which a lost SYN is sent again. */
const PATIENCE_MS = 700;

/** The kernel counts connections that have ended once more, when the next comes at once. */
const PAUSE_MS = 15;

const held: Socket[] = [];

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await carryOut(JSON.parse(line) as Request);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit();

async function carryOut(request: Request): Promise<unknown> {
  if (request.kind === "listen") {
    await Promise.all([...request.tcp.map(listen), ...request.udp.map(echo)]);
    return "listening";
  }
  if (request.kind === "connect") {
    return Promise.all(request.probes.map(async (probe) => (await attempt(probe)).outcome));
  }
  if (request.kind === "send") return Promise.all(request.probes.map(send));
  if (request.kind === "hold") return hold(request.probe, request.times);
  if (request.kind === "hammer") return hammer(request.probe, request.times);
  for (const socket of held.splice(0)) socket.resetAndDestroy();
  return "released";
}

async function hold(probe: Probe, times: number): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let time = 0; time < times; time += 1) {
    const { outcome, socket } = await attempt(probe, true);
    if (socket) held.push(socket);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function hammer(probe: Probe, times: number): Promise<{ readonly open: number; readonly seconds: number }> {
  let open = 0;
  const start = performance.now();
  for (let time = 0; time < times; time += 1) {
    if ((await attempt(probe)).outcome === "open") open += 1;
    await setTimeout(PAUSE_MS);
  }
  return { open, seconds: (performance.now() - start) / 1000 };
}

async function listen(port: number): Promise<void> {
  const server = createServer((socket) => socket.on("error", () => undefined).resume());
  await once(server.listen({ port, host: "::" }), "listening");
}

async function echo(port: number): Promise<void> {
  const socket = createSocket("udp6");
  socket.on("message", (message, from) => socket.send(message, from.port, from.address));
  await once(socket.bind(port), "listening");
}

function attempt({ from, to, port }: Probe, keep = false): Promise<{ outcome: Outcome; socket?: Socket }> {
  return new Promise((resolve) => {
    const socket = connect({ host: to, port, localAddress: from });
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      if (outcome === "open" && keep) return resolve({ outcome, socket });
      socket.resetAndDestroy();
      resolve({ outcome });
    };
    const timer = globalThis.setTimeout(() => end("silent"), PATIENCE_MS);
    socket.on("connect", () => end("open"));
    socket.on("error", (error) => end("code" in error && error.code === "ECONNREFUSED" ? "refused" : "silent"));
  });
}

function send({ from, to, port }: Probe): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = createSocket(to.includes(":") ? "udp6" : "udp4");
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      socket.close();
      resolve(outcome);
    };
    const timer = globalThis.setTimeout(() => end("silent"), PATIENCE_MS);
    socket.on("message", () => end("open"));
    socket.on("error", () => end("silent"));
    socket.bind({ address: from }, () => socket.send("?", port, to, () => undefined));
  });
}
