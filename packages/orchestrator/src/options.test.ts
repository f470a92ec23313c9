import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import { parseListenAddress } from "@icos/system/text-server";
import { NODE_MEMORY_FLAGS, parseOrchestratorOptions, replicaCommand } from "./options.ts";

const code =
  (expected: string) =>
  (error: unknown): boolean =>
    error instanceof IcosError && error.code === expected;

void test("without flags the node's usual places are used, and it does not register itself", () => {
  const options = parseOrchestratorOptions([]);
  assert.equal(options.configFile, "/run/ic-node/config/ic.json5");
  assert.equal(options.registers, false);
  assert.deepEqual(options.metricsAddress, { host: "::", port: 9091 });
  assert.deepEqual(options.dashboardAddress, { host: "::", port: 7070 });
});

void test("flags have upstream's names; one that is not known is refused", () => {
  const args = ["--enable-provisional-registration", "--replica-config-file", "/c", "--metrics-listen-addr=0.0.0.0:1"];
  const options = parseOrchestratorOptions(args);
  assert.deepEqual([options.registers, options.configFile, options.metricsAddress.port], [true, "/c", 1]);
  assert.throws(() => parseOrchestratorOptions(["--cup-directory=/x"]), code("wrong-usage"));
  assert.throws(() => parseOrchestratorOptions(["extra"]), code("wrong-usage"));
});

void test("listen addresses are IPv6 in brackets, IPv4 or names, with a port", () => {
  assert.deepEqual(parseListenAddress("[::1]:0"), { host: "::1", port: 0 });
  for (const wrong of ["::1:80", "[::1]", "host:99999", "", "[]:1"]) {
    assert.throws(() => parseListenAddress(wrong), code("listen-address-invalid"), wrong);
  }
});

void test("the replica gets upstream's arguments", () => {
  const options = parseOrchestratorOptions([]);
  assert.deepEqual(replicaCommand(options, "v1", "s"), [
    "/opt/ic/bin/node",
    ...NODE_MEMORY_FLAGS,
    "/opt/ic/lib/replica.mjs",
    "--replica-version=v1",
    "--config-file=/run/ic-node/config/ic.json5",
    "--force-subnet=s",
  ]);
});

void test("the unit starts the orchestrator with the same memory flags as the replica, and with arguments that it takes", async () => {
  const unit = await readFile(
    new URL("../../../images/guestos/orchestrator/files/etc/systemd/system/ic-replica.service", import.meta.url),
    "utf8",
  );
  const [, command = ""] = /^ExecStart=((?:.*\\\n)*.*)$/m.exec(unit) ?? [];
  const words = command.replaceAll("\\\n", " ").split(/\s+/);
  const program = words.indexOf("/opt/ic/lib/orchestrator.mjs");
  assert.deepEqual(words.slice(0, program), ["/opt/ic/bin/node", ...NODE_MEMORY_FLAGS]);
  assert.equal(parseOrchestratorOptions(words.slice(program + 1)).registers, true);
});
