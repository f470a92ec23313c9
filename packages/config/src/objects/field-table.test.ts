import { test } from "node:test";
import assert from "node:assert/strict";
import * as v from "valibot";
import { CONFIG_OBJECTS, OBJECT_KINDS } from "./config-objects.ts";
import { fieldRows, objectSchema, type FieldTable } from "./field-table.ts";
import { leafPaths } from "./json-path.ts";
import { REMOVED_FIELDS, reservedPathsIn } from "./removed-fields.ts";
import { compareVersions, SHAPE_VERSIONS } from "./version-order.ts";
import { CONFIG_VERSION } from "./config-objects.ts";

const rowsOf = (kind: (typeof OBJECT_KINDS)[number]) => fieldRows(CONFIG_OBJECTS[kind].fields);

void test("no table uses a path that a removed field had", () => {
  for (const kind of OBJECT_KINDS) assert.deepEqual(reservedPathsIn(rowsOf(kind)), [], kind);
});

void test("the walk over a table notices a reserved path, however deep", () => {
  const field = { schema: v.string(), form: "", since: "1.18.0", source: "", meaning: "" };
  const table: FieldTable = {
    icos_settings: { ...field, fields: { logging: field, more: field } },
    hostos_settings: { ...field, fields: { vm_cpu: field } },
  };
  assert.deepEqual(reservedPathsIn(fieldRows(table)), ["icos_settings.logging", "hostos_settings.vm_cpu"]);
});

void test("reserved are upstream's paths and those that later versions gave up", () => {
  const reserved = REMOVED_FIELDS.map(({ path }) => path);
  for (const path of [
    "icos_settings.logging",
    "icos_settings.use_nns_public_key",
    "hostos_settings.vm_cpu",
    "hostos_settings.vm_memory",
    "hostos_settings.vm_nr_of_vcpus",
    "icos_settings.use_node_operator_private_key",
    "guestos_settings.inject_ic_state",
  ])
    assert.ok(reserved.includes(path), path);
});

void test("the table of an object has a row for every field of the object, and for no other but secrets", () => {
  const minimal = {
    config_version: "1.17.0",
    network_settings: {
      ipv6_config: { Fixed: { address: "2001:db8::1/64", gateway: "fe80::1" } },
      ipv4_config: { address: "192.0.2.2", gateway: "192.0.2.1", prefix_length: 24 },
    },
    icos_settings: { mgmt_mac: "00:00:00:00:00:00", deployment_environment: "testnet", nns_urls: [] },
    guestos_settings: { guestos_dev_settings: { backup_spool: {} } },
    recovery_config: {},
    trusted_execution_environment_config: { sev_cert_chain_pem: "" },
  };
  for (const kind of OBJECT_KINDS) {
    const rows = rowsOf(kind).filter(({ path }) => !/\.Deterministic\b/.test(path));
    const leaves = rows.filter(
      ({ fields, variants }) => variants === undefined && Object.keys(fields ?? {}).length === 0,
    );
    const object = v.parse(CONFIG_OBJECTS[kind].schema, minimal);
    const shown = leaves.filter(({ sensitivity }) => sensitivity !== "secret").map(({ path }) => path);
    assert.deepEqual(leafPaths(object).sort(), shown.sort(), kind);
  }
});

/** The leaves of upstream's objects at 1.17.0, by hand. */
const SHARED =
  "config_version network_settings.ipv4_config.address network_settings.ipv4_config.gateway network_settings.ipv4_config.prefix_length network_settings.domain_name " +
  "icos_settings.node_reward_type icos_settings.mgmt_mac icos_settings.deployment_environment icos_settings.nns_urls icos_settings.node_operator_private_key icos_settings.enable_trusted_execution_environment icos_settings.use_ssh_authorized_keys icos_settings.icos_dev_settings " +
  "guestos_settings.guestos_dev_settings.backup_spool.backup_retention_time_seconds guestos_settings.guestos_dev_settings.backup_spool.backup_purging_interval_seconds " +
  "malicious_behavior query_stats_epoch_length bitcoind_addr dogecoind_addr jaeger_addr socks_proxy hostname generate_ic_boundary_tls_cert ic_boundary_tls_cert extra_api_boundary_node_trust_anchors_pem nns_pub_key_override"
    .split(" ")
    .map((name) => `guestos_settings.guestos_dev_settings.${name}`)
    .join(" ") +
  " guestos_settings.engine_management_canister_id network_settings.ipv6_config.Fixed.address network_settings.ipv6_config.Fixed.gateway";
const OF_HOSTS =
  "network_settings.ipv6_config.Deterministic.prefix network_settings.ipv6_config.Deterministic.prefix_length network_settings.ipv6_config.Deterministic.gateway hostos_settings.hostos_dev_settings.vm_memory hostos_settings.hostos_dev_settings.vm_cpu hostos_settings.hostos_dev_settings.vm_nr_of_vcpus hostos_settings.verbose";
const OF_GUESTS =
  "guest_vm_type upgrade_config.peer_guest_vm_address trusted_execution_environment_config.sev_cert_chain_pem recovery_config.recovery_hash";

void test("the objects have upstream's fields of version 1.17.0, and no others", () => {
  const expected = {
    SetupOS: `${SHARED} ${OF_HOSTS} setupos_settings`,
    HostOS: `${SHARED} ${OF_HOSTS}`,
    GuestOS: `${SHARED} ${OF_GUESTS}`,
  };
  for (const kind of OBJECT_KINDS) {
    const leaves = rowsOf(kind)
      .filter(({ fields, variants }) => variants === undefined && Object.keys(fields ?? {}).length === 0)
      .map(({ path }) => path);
    assert.deepEqual(leaves.toSorted(), expected[kind].split(" ").toSorted(), kind);
  }
});

void test("a secret field is not part of the schema", () => {
  const field = { schema: v.string(), form: "", since: "1.0.0", source: "", meaning: "" };
  const schema = objectSchema({ open: field, hidden: { ...field, sensitivity: "secret" } });
  assert.deepEqual(v.parse(schema, { open: "a", hidden: "b" }), { open: "a" });
});

void test("every field says since which released version it exists", () => {
  for (const kind of OBJECT_KINDS)
    for (const { path, since } of rowsOf(kind))
      assert.ok(compareVersions(since, CONFIG_VERSION) <= 0 && SHAPE_VERSIONS.includes(since), path);
  assert.equal(SHAPE_VERSIONS.at(-1), CONFIG_VERSION);
});

void test("versions are ordered by number", () => {
  const versions = ["1.10.0", "1.9.0", "1.12.1", "1.12.0", "2.0.0", "1.1.0"];
  assert.deepEqual(versions.sort(compareVersions), ["1.1.0", "1.9.0", "1.10.0", "1.12.0", "1.12.1", "2.0.0"]);
});
