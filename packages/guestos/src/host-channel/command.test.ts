import assert from "node:assert/strict";
import { test } from "node:test";
import { payloadText, parseGuestCommandLine } from "./command.ts";

const HASH = "ab".repeat(32);

void test("Upstream's flags make its commands.", () => {
  const commandOf = (...args: string[]): unknown => parseGuestCommandLine(args).command;
  assert.deepEqual(commandOf("--attach-hsm"), { kind: "attach-hsm" });
  assert.deepEqual(commandOf("--detach-hsm"), { kind: "detach-hsm" });
  assert.deepEqual(commandOf("--get-hostos-version"), { kind: "GetHostOSVersion" });
  assert.deepEqual(commandOf("--start-upgrade-guest-vm"), { kind: "start-upgrade-guest-vm" });
  assert.deepEqual(commandOf("--upgrade", "https://a/b", "--hash", HASH), {
    kind: "upgrade",
    arguments: { url: "https://a/b", "target-hash": HASH },
  });
  const arguments_ = { count: 3, message: "Hello, host" };
  assert.deepEqual(commandOf("--notify", "Hello, host", "--count", "3"), { kind: "notify", arguments: arguments_ });
  assert.deepEqual(commandOf("--notify", "x"), { kind: "notify", arguments: { count: 1, message: "x" } });
  assert.equal(parseGuestCommandLine(["--attach-hsm"]).port, 19090);
  assert.equal(parseGuestCommandLine(["--attach-hsm", "--port", "7000"]).port, 7000);
});

void test("No command, two, a flag without its command, or a wrong value is refused.", () => {
  const refused = (code: string, ...args: string[]): void => assert.throws(() => parseGuestCommandLine(args), { code });
  refused("usage");
  refused("usage", "--attach-hsm", "--detach-hsm");
  refused("usage", "--attach-hsm", "--hash", HASH);
  refused("usage", "--attach-hsm", "--count", "2");
  refused("usage", "--notify", "x", "--count", "-1");
  refused("usage", "--notify", "x", "--count", "4294967296");
  refused("usage", "--attach-hsm", "--port", "4294967295");
  refused("usage", "--reboot");
  refused("usage", "attach-hsm");
  refused("vsock-request-invalid", "--upgrade", "https://a/b");
  refused("vsock-request-invalid", "--upgrade", "file:///b", "--hash", HASH);
});

void test("Only a version is printed.", () => {
  assert.equal(payloadText({ kind: "NoPayload" }), "");
  assert.equal(payloadText({ kind: "HostOSVersion", version: "0.1.0" }), "0.1.0\n");
  assert.equal(payloadText({ kind: "HostOSVsockVersion", version: { major: 1, minor: 0, patch: 0 } }), "1.0.0\n");
});
