import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, silentLogger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import { refusingHandlers } from "../test/refusing-handlers.ts";
import { serveVsock } from "./server.ts";
import type { HostTransport } from "./transport.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

void test("When connections cannot be taken, the server listens again 10 ms later, as often as it takes.", async () => {
  const clock = new VirtualClock();
  const failures: ((error: Error) => void)[] = [];
  let closed = 0;
  let usable = true;
  const transport: HostTransport = {
    async listen() {
      if (!usable) throw new IcosError("vsock-unavailable", "The vsock port 19090 is in use.");
      const { promise: failed, resolve } = Promise.withResolvers<Error>();
      failures.push(resolve);
      return { failed, close: () => void (closed += 1) };
    },
  };
  const stop = new AbortController();
  const served = serveVsock({ transport, handlers: refusingHandlers, clock, logger: silentLogger }, stop.signal);
  await turn();
  assert.equal(failures.length, 1);

  usable = false;
  failures[0]?.(new Error("too many open files"));
  await turn();
  assert.equal(closed, 1);
  clock.advance(9);
  await turn();
  clock.advance(1);
  await turn();
  usable = true;
  clock.advance(10);
  await turn();
  assert.equal(failures.length, 2);

  stop.abort();
  while (clock.sleeping > 0) clock.advance(60_000);
  await served;
  assert.equal(closed, 2);
});

void test("A server that cannot listen at the beginning says so.", async () => {
  const transport: HostTransport = {
    listen: () => Promise.reject(new IcosError("vsock-unavailable", "This kernel has no vsock sockets.")),
  };
  const modules = { transport, handlers: refusingHandlers, clock: new VirtualClock(), logger: silentLogger };
  await assert.rejects(serveVsock(modules, new AbortController().signal), { code: "vsock-unavailable" });
});
