import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, silentLogger, type Logger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import { refusingHandlers } from "../test/refusing-handlers.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { serveVsock } from "./server.ts";
import type { HostTransport } from "./transport.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A server whose listeners fail, and cannot be made again, when the test says so. */
function failing() {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const failures: ((error: Error) => void)[] = [];
  const seen = { usable: true, attempts: 0, closed: 0, lines: [] as string[] };
  const transport: HostTransport = {
    async listen() {
      seen.attempts += 1;
      if (!seen.usable) throw new IcosError("vsock-unavailable", "The vsock port 19090 is in use.");
      const { promise: failed, resolve } = Promise.withResolvers<Error>();
      failures.push(resolve);
      return { failed, close: () => void (seen.closed += 1) };
    },
  };
  const logger: Logger = { log: (_severity, message) => void seen.lines.push(message) };
  const served = serveVsock({ transport, handlers: refusingHandlers, clock, logger }, stop.signal);
  return { clock, stop, seen, served, fail: () => failures.at(-1)?.(new Error("too many open files")) };
}

async function pass(clock: VirtualClock, milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  await turn();
}

void test("When connections cannot be taken, the server listens again 10 ms later, and then after longer pauses.", async () => {
  const { clock, stop, seen, served, fail } = failing();
  await turn();
  assert.equal(seen.attempts, 1);
  seen.usable = false;
  fail();
  await turn();
  assert.equal(seen.closed, 1);
  await pass(clock, 9);
  assert.equal(seen.attempts, 1);
  await pass(clock, 1);
  assert.equal(seen.attempts, 2);
  await pass(clock, 49);
  assert.equal(seen.attempts, 2);
  seen.usable = true;
  await pass(clock, 1);
  assert.equal(seen.attempts, 3);

  fail(); // it begins with the shortest pause again
  await turn();
  await pass(clock, 10);
  assert.equal(seen.attempts, 4);
  stop.abort();
  await served;
  assert.equal(seen.closed, 3);
});

void test("A server that cannot listen again gives up with the reason, after having said so.", async () => {
  const { clock, seen, served, fail } = failing();
  let reason: unknown;
  served.catch((error: unknown) => (reason = error));
  await turn();
  seen.usable = false;
  fail();
  await turn();
  for (const pause of SERVER_LIMITS.listenPauses) {
    assert.equal(reason, undefined);
    await pass(clock, pause);
  }
  await assert.rejects(served, { code: "vsock-unavailable", message: "The vsock port 19090 is in use." });
  assert.equal(seen.attempts, 1 + SERVER_LIMITS.listenPauses.length);
  assert.equal(seen.lines.filter((line) => line === "The server cannot listen again.").length, 5);
  assert.equal(clock.sleeping, 0);
});

void test("A server that is stopped while it waits to listen again stops.", async () => {
  const { clock, stop, seen, served, fail } = failing();
  await turn();
  seen.usable = false;
  fail();
  await turn();
  stop.abort();
  await served;
  assert.equal(seen.attempts, 1);
  assert.equal(clock.sleeping, 0);
});

void test("A server that cannot listen at the beginning says so.", async () => {
  const transport: HostTransport = {
    listen: () => Promise.reject(new IcosError("vsock-unavailable", "This kernel has no vsock sockets.")),
  };
  const modules = { transport, handlers: refusingHandlers, clock: new VirtualClock(), logger: silentLogger };
  await assert.rejects(serveVsock(modules, new AbortController().signal), { code: "vsock-unavailable" });
});
