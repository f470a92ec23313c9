import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { test } from "node:test";
import assert from "node:assert/strict";
import { IcosError } from "@icos/system";
import { formatGuestosConfig, makeGuestosConfig, parseGuestosConfig, readGuestosDocument } from "./guestos-config.ts";

const fixture = (version: string): string =>
  readFileSync(new URL(`fixtures/guestos_v${version}.json`, import.meta.url), "utf8");

const minimal = (network: unknown): string =>
  JSON.stringify({
    config_version: "1.17.0",
    network_settings: { ipv6_config: network },
    icos_settings: {
      mgmt_mac: "AA-BB-CC-00-11-22",
      deployment_environment: "Testnet",
      nns_urls: ["http://[::1]:8080"],
    },
  });

function problemsOf(text: string): Record<string, string> {
  try {
    parseGuestosConfig(text, "config.json");
  } catch (error) {
    assert.ok(error instanceof IcosError);
    assert.equal(error.code, "invalid-guestos-config");
    assert.equal(error.place.file, "config.json");
    const { problems } = error.details;
    assert.ok(Array.isArray(problems));
    return Object.fromEntries(problems.map(({ key, message }: { key: string; message: string }) => [key, message]));
  }
  return assert.fail("the configuration was accepted");
}

void test("the object of version 1.17.0 is read, and written as it was", () => {
  const config = parseGuestosConfig(fixture("1.17.0"), "config.json");
  const expected = JSON.parse(fixture("1.17.0")) as Record<string, unknown>;
  const settings = expected["icos_settings"];
  assert.ok(typeof settings === "object" && settings !== null);
  delete (settings as Record<string, unknown>)["node_operator_private_key"]; // a secret is not part of the object
  assert.deepEqual(JSON.parse(formatGuestosConfig(config)), expected);
});

void test("an object of version 1.4.0, with fields that are gone, is still read", () => {
  const config = parseGuestosConfig(fixture("1.4.0"), "config.json");
  assert.equal(config.network_settings.ipv6_config, "RouterAdvertisement");
  assert.deepEqual(config.icos_settings.nns_urls, ["https://icp-api.io/"]);
  assert.equal(config.recovery_config, null);
});

void test("fields that may be absent get upstream's defaults", () => {
  const config = parseGuestosConfig(minimal("RouterAdvertisement"), "config.json");
  assert.equal(config.icos_settings.mgmt_mac, "aa:bb:cc:00:11:22");
  assert.equal(config.icos_settings.deployment_environment, "testnet");
  assert.equal(config.icos_settings.enable_trusted_execution_environment, false);
  assert.equal(config.guest_vm_type, "default");
  assert.equal(config.network_settings.ipv4_config, null);
  assert.equal(config.guestos_settings.guestos_dev_settings.hostname, null);
  assert.equal(config.upgrade_config.peer_guest_vm_address, null);
});

void test("unknown fields and enum variants of a newer host are tolerated", () => {
  const text = JSON.stringify({
    ...(JSON.parse(minimal({ Delegated: { prefix: "2001:db8::/56" } })) as object),
    guest_vm_type: "hibernating",
    something_new: { a: 1 },
  });
  const config = parseGuestosConfig(text, "config.json");
  assert.equal(config.network_settings.ipv6_config, "Unknown");
  assert.equal(config.guest_vm_type, "unknown");
  assert.ok(!("something_new" in config));
});

void test("every wrong field is named by its path, all at once", () => {
  const text = JSON.stringify({
    config_version: "1.17",
    network_settings: {
      ipv6_config: { Fixed: { address: "2001:db8::1/48", gateway: "router" } },
      ipv4_config: { address: "1.2.3", gateway: "1.2.3.4", prefix_length: 33 },
      domain_name: "-x.org",
    },
    icos_settings: {
      mgmt_mac: "00:11",
      deployment_environment: "staging",
      nns_urls: ["ftp://x", 5],
      node_reward_type: "3",
    },
  });
  assert.deepEqual(Object.keys(problemsOf(text)).sort(), [
    "config_version",
    "icos_settings.deployment_environment",
    "icos_settings.mgmt_mac",
    "icos_settings.nns_urls.0",
    "icos_settings.nns_urls.1",
    "icos_settings.node_reward_type",
    "network_settings.domain_name",
    "network_settings.ipv4_config.address",
    "network_settings.ipv4_config.prefix_length",
    "network_settings.ipv6_config.Fixed.address",
    "network_settings.ipv6_config.Fixed.gateway",
  ]);
});

void test("a guest is not told to derive its own address", () => {
  for (const form of ["Deterministic", { Deterministic: { prefix: "2001:db8:0:1" } }]) {
    assert.match(problemsOf(minimal(form))["network_settings.ipv6_config"] ?? "", /Deterministic/);
  }
  assert.deepEqual(Object.keys(problemsOf(minimal(7))), ["network_settings.ipv6_config"]);
  assert.deepEqual(Object.keys(problemsOf(minimal({}))), ["network_settings.ipv6_config"]);
});

void test("a missing required field is named", () => {
  const problems = problemsOf(JSON.stringify({ config_version: "1.17.0", icos_settings: {} }));
  assert.deepEqual(Object.keys(problems).sort(), [
    "icos_settings.deployment_environment",
    "icos_settings.mgmt_mac",
    "icos_settings.nns_urls",
    "network_settings",
  ]);
});

void test("a private key inside the object is kept apart and appears in no print, object or error", () => {
  const key = "-----BEGIN EC PRIVATE KEY-----\nMHQCAQEE\n-----END EC PRIVATE KEY-----\n";
  const text = fixture("1.17.0").replace(
    `"node_operator_private_key": null`,
    `"node_operator_private_key": ${JSON.stringify(key)}`,
  );
  const document = readGuestosDocument(text, "config.json");
  assert.equal(Buffer.from(document.operatorKey?.reveal() ?? []).toString(), key);
  for (const shown of [inspect(document, { depth: 9 }), JSON.stringify(document), String(document.operatorKey)]) {
    assert.ok(!shown.includes("MHQCAQEE"), shown);
  }
  const broken = text.replace(`MHQCAQEE`, `MHQCAQEE"`);
  assert.throws(
    () => readGuestosDocument(broken, "config.json"),
    (error) => error instanceof IcosError && error.place.line === 13 && !inspect(error).includes("MHQC"),
  );
});

void test("a number may be written as JSON's -0", () => {
  const text = fixture("1.17.0").replace(/"query_stats_epoch_length": \w+/, '"query_stats_epoch_length": -0');
  const { query_stats_epoch_length: length } = parseGuestosConfig(text, "config.json").guestos_settings
    .guestos_dev_settings;
  assert.ok(Object.is(length, 0));
});

void test("a program's object is checked like a file", () => {
  assert.throws(
    () =>
      makeGuestosConfig({
        config_version: "1.17.0",
        network_settings: { ipv6_config: "RouterAdvertisement" },
        icos_settings: { mgmt_mac: "nothing", deployment_environment: "testnet", nns_urls: [] },
      }),
    { code: "invalid-guestos-config" },
  );
});
