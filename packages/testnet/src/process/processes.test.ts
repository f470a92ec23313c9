import { after, test } from "node:test";
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanLeftovers, findLeftovers, findProcesses, parseMountPoints, RUN_VARIABLE } from "./leftovers.ts";
import { identifyProcess, isAlive, parseStat, readProcessRecord, writeProcessRecord } from "./process-identity.ts";
import { takeInstanceLock } from "./single-instance.ts";

const directory = await mkdtemp(join(tmpdir(), "icos-processes-"));
after(() => rm(directory, { recursive: true, force: true }));

const WAIT = "process.stdout.write('.'); setInterval(() => {}, 1e6)";

async function started(child: ChildProcess): Promise<ChildProcess> {
  assert.ok(child.stdout);
  await once(child.stdout, "data");
  return child;
}

const places = (name: string) => ({ state: join(directory, name, "state"), run: join(directory, name, "run") });

void test("a process is the same only with its start time and its boot", async () => {
  const self = await identifyProcess(process.pid);
  assert.ok(self);
  assert.equal(await isAlive(self), true);
  assert.equal(await isAlive({ ...self, startTime: "1" }), false);
  assert.equal(await isAlive({ ...self, bootId: "another" }), false);
  assert.equal(await identifyProcess(4_194_303), undefined);
});

void test("stat is read behind a program name with spaces and parentheses", () => {
  const fields = Array.from({ length: 30 }, (_, i) => String(i)).join(" ");
  assert.deepEqual(parseStat(`7 (a) b ( c) S ${fields}`), { state: "S", startTime: "18" });
});

void test("a record survives, and a broken one counts as none", async () => {
  const path = join(directory, "record.json");
  const self = await identifyProcess(process.pid);
  assert.ok(self);
  await writeProcessRecord(path, self);
  assert.deepEqual(await readProcessRecord(path), self);
  await writeFile(path, "{");
  assert.equal(await readProcessRecord(path), undefined);
  assert.equal(await readProcessRecord(join(directory, "none")), undefined);
});

void test("leftovers are found by environment or command line, nothing else is, and cleaning ends them", async () => {
  const mine = places("mine");
  const other = places("other");
  await mkdir(mine.run, { recursive: true });
  const run = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<ChildProcess> =>
    started(spawn(process.execPath, ["-e", WAIT, ...args], { env, stdio: ["ignore", "pipe", "ignore"] }));
  const children = await Promise.all([
    run([], { [RUN_VARIABLE]: mine.run }),
    run([join(mine.run, "services", "services.json")], {}),
    run(["--", "--dir", join(mine.state, "nns")], {}),
    run([], { [RUN_VARIABLE]: other.run }),
  ]);
  const [byEnvironment, byArgument, byNns, foreign] = children;
  try {
    const found = new Set((await findProcesses(mine)).map(({ pid }) => pid));
    assert.deepEqual(found, new Set([byEnvironment?.pid, byArgument?.pid, byNns?.pid]));
    const ended = [byEnvironment, byArgument, byNns].map((child) => child && once(child, "exit"));
    await cleanLeftovers(mine);
    await Promise.all(ended);
    assert.deepEqual(await findLeftovers(mine), { processes: [], mounts: [], sockets: [] });
    await assert.rejects(stat(mine.run), { code: "ENOENT" });
    assert.equal(foreign?.exitCode ?? foreign?.signalCode, null, "another testnet's process lives");
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
});

void test("a bound socket inside the run directory is a leftover", async () => {
  const mine = places("socket");
  await mkdir(mine.run, { recursive: true });
  const path = join(mine.run, "control");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  assert.deepEqual((await findLeftovers(mine)).sockets, [path]);
  await new Promise<unknown>((resolve) => server.close(resolve));
  assert.deepEqual((await findLeftovers(mine)).sockets, []);
});

void test("mount points are read with their escapes", () => {
  const line = "36 35 98:0 / /mnt/with\\040space rw,noatime shared:1 - ext4 /dev/root rw";
  assert.deepEqual(parseMountPoints(`${line}\n`), ["/mnt/with space"]);
});

void test("a lock is for one, and free again after its holder has been killed", async () => {
  const options = { role: "supervisor", code: "taken", message: "Taken." } as const;
  const first = await takeInstanceLock("/some/testnet", options);
  await assert.rejects(takeInstanceLock("/some/testnet", options), { code: "taken" });
  const other = await takeInstanceLock("/other/testnet", options);
  await first.release();
  await other.release();
  const program = `
    import { takeInstanceLock } from ${JSON.stringify(join(import.meta.dirname, "single-instance.ts"))};
    await takeInstanceLock("/some/testnet", ${JSON.stringify(options)});
    ${WAIT}`;
  const args = ["--input-type=module", "-e", program];
  const holder = await started(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }));
  await assert.rejects(takeInstanceLock("/some/testnet", options), { code: "taken" });
  const ended = once(holder, "exit");
  holder.kill("SIGKILL");
  await ended;
  await (await takeInstanceLock("/some/testnet", options)).release();
});
