import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { openPacketSocket } from "./packet-socket.ts";
import { vethCommands } from "./veth.ts";

const NAMESPACE = ["unshare", "--user", "--map-root-user", "--net"];

function inNamespace(...command: string[]): string {
  const [program = "", ...args] = [...NAMESPACE, ...command];
  return execFileSync(program, args, { encoding: "utf8", timeout: 20_000, stdio: ["ignore", "pipe", "pipe"] });
}

function whyNot(): string | false {
  try {
    inNamespace("ip", "link", "add", "in0", "type", "veth", "peer", "name", "out0");
    return false;
  } catch {
    return "no veth pair can be made in a user namespace here";
  }
}

void test("frames cross packet sockets one by one and in order", { skip: whyNot() }, () => {
  const check = join(import.meta.dirname, "testing/packet-socket-check.ts");
  const result: unknown = JSON.parse(inNamespace(process.execPath, "--disable-warning=ExperimentalWarning", check));
  assert.deepEqual(result, { frames: 300, reason: "read ENETDOWN" });
});

void test("an interface that is not there is refused", async () => {
  await assert.rejects(openPacketSocket("icos-none"), { code: "no-such-interface" });
});

void test("the commands for a veth pair switch offloading off where the stack is", () => {
  const commands = vethCommands({ inner: "svc", outer: "svc-wire", mac: "52:54:00:00:00:01" });
  assert.deepEqual(commands[1], ["ethtool", "-K", "svc", "tx", "off", "tso", "off", "gso", "off", "gro", "off"]);
});
