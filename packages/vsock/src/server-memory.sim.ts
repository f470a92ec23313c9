import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SERVER_LIMITS } from "./limits.ts";
import { MESSAGE_LIMIT } from "./message-collector.ts";
import { GOOD_REQUEST, GOOD_RESPONSE, readAll } from "../test/served-channel.ts";

const CONNECTIONS = 200;
const BUDGET_MB = 40;
/** As many incomplete requests of the longest kind as the server keeps; the others are refused. */
const KEPT = SERVER_LIMITS.bufferedBytes / MESSAGE_LIMIT;

/** Megabytes; `VmRSS` now, `VmHWM` the most so far. */
async function memoryOf(pid: number | undefined, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
}

/** Milliseconds of processor time that the process has used: what an answer takes where nothing else runs. */
async function processorTimeOf(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

/** Resolves when so many of them got an answer. */
function answered(clients: readonly Socket[], count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let answers = 0;
  for (const client of clients) {
    void readAll(client).then(() => {
      answers += 1;
      if (answers === count) resolve();
    });
  }
  return promise;
}

async function open(path: string): Promise<Socket> {
  const client = connect({ path, allowHalfOpen: true });
  await once(client, "connect");
  return client.on("error", () => undefined);
}

void test(`${CONNECTIONS} connections with large requests stay within ${BUDGET_MB} MB of an idle server.`, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "vsock-"));
  const path = join(directory, "s");
  const program = join(import.meta.dirname, "../test/serve-unix.ts");
  const server = spawn(process.execPath, [program, path], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    await once(server.stdout, "data");
    const ask = async (): Promise<string> => {
      const client = await open(path);
      client.write(GOOD_REQUEST);
      return readAll(client);
    };
    assert.equal(await ask(), GOOD_RESPONSE);
    const idle = await memoryOf(server.pid, "VmRSS");

    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(path)));
    const pieces = Buffer.from(`"${"x".repeat(65_000)}`);
    await Promise.all(clients.map((client) => new Promise((resolve) => client.write(pieces, resolve))));
    const before = await processorTimeOf(server.pid);
    assert.equal(await ask(), GOOD_RESPONSE);
    const milliseconds = (await processorTimeOf(server.pid)) - before;
    assert.ok(milliseconds < 1_000, `the good request took ${milliseconds} ms`);

    await answered(clients, CONNECTIONS - KEPT); // then the server has read all that it takes
    const grown = (await memoryOf(server.pid, "VmHWM")) - idle;
    t.diagnostic(`${grown.toFixed(1)} MB above idle, good request answered after ${milliseconds} ms of the processor`);
    assert.ok(grown < BUDGET_MB, `${grown.toFixed(1)} MB above idle`);
    for (const client of clients) client.destroy();
  } finally {
    server.kill();
    await once(server, "exit");
    await rm(directory, { recursive: true, force: true });
  }
});
