import assert from "node:assert/strict";
import { test } from "node:test";
import { createNotify, socketAddress } from "./sd-notify.ts";

void test("the address of systemd's socket: a path with its end, or an abstract name without one", () => {
  assert.deepEqual(socketAddress("/run/x"), Buffer.from("\x01\x00/run/x\x00", "latin1"));
  assert.deepEqual(socketAddress("@x"), Buffer.from("\x01\x00\x00x", "latin1"));
});

void test("without systemd nothing is told to anybody", async () => {
  for (const socket of [undefined, ""]) (await createNotify(socket))("READY=1");
});
