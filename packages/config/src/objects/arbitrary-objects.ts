import * as fc from "fast-check";
import { formatIpv6 } from "../ipv6.ts";
import { formatMac } from "../mac.ts";
import { CONFIG_OBJECTS } from "./config-objects.ts";
import type { GuestosConfig } from "./guestos-object.ts";
import type { HostosConfig, SetuposConfig } from "./host-objects.ts";
import { makeObject } from "./read-object.ts";

/** JSON as it comes out of a file, where -0 is 0. */
const storedJson = fc.json({ maxDepth: 1 }).map((text): unknown => JSON.parse(JSON.stringify(JSON.parse(text))));

/** Valid configuration objects for property tests. */

const hextet = fc.integer({ min: 0, max: 0xffff }).map((group) => group.toString(16));
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatIpv6);
const prefix = fc.oneof(
  fc.array(hextet, { minLength: 1, maxLength: 4 }).map((groups) => groups.join(":")),
  fc.array(hextet, { minLength: 0, maxLength: 3 }).map((groups) => `${groups.join(":")}::`),
);
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const domain = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join("."));
const option = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null });
const count = fc.nat(1_000_000);

const deterministic = fc.record({ prefix, gateway: ipv6 }).map(({ prefix: network, gateway }) => ({
  Deterministic: { prefix: network, prefix_length: 64 as const, gateway },
}));
const fixed = fc.record({ address: ipv6, gateway: ipv6 }).map(({ address, gateway }) => ({
  Fixed: { address: `${address}/64`, gateway },
}));

const ipv4Config = option(
  fc.record({ address: fc.ipV4(), gateway: fc.ipV4(), prefix_length: fc.integer({ min: 0, max: 32 }) }),
);

const icosSettings = fc.record({
  node_reward_type: option(fc.stringMatching(/^type[0-9]{1,2}(\.[0-9])?$/)),
  mgmt_mac: fc.uint8Array({ minLength: 6, maxLength: 6 }).map(formatMac),
  deployment_environment: fc.constantFrom("mainnet" as const, "testnet" as const),
  nns_urls: fc.array(fc.webUrl({ withQueryParameters: true }), { maxLength: 4 }),
  enable_trusted_execution_environment: fc.boolean(),
  use_ssh_authorized_keys: fc.boolean(),
});

const guestosSettings = fc.record({
  guestos_dev_settings: fc.record({
    backup_spool: option(
      fc.record({
        backup_retention_time_seconds: option(count),
        backup_purging_interval_seconds: option(count),
      }),
    ),
    malicious_behavior: option(fc.dictionary(fc.string(), storedJson, { noNullPrototype: true })),
    query_stats_epoch_length: option(count),
    bitcoind_addr: option(fc.string()),
    dogecoind_addr: option(fc.string()),
    jaeger_addr: option(fc.string()),
    socks_proxy: option(fc.string()),
    hostname: option(label),
    generate_ic_boundary_tls_cert: option(domain),
    nns_pub_key_override: option(fc.string()),
  }),
  engine_management_canister_id: option(fc.string()),
});

const hostosSettings = fc.record({
  hostos_dev_settings: fc.record({
    vm_memory: count,
    vm_cpu: fc.constantFrom("kvm", "qemu"),
    vm_nr_of_vcpus: count,
  }),
  verbose: fc.boolean(),
});

const version = fc.constant("1.17.0");

export const setuposObject: fc.Arbitrary<SetuposConfig> = fc
  .record({
    config_version: version,
    network_settings: fc.record({
      ipv6_config: deterministic,
      ipv4_config: ipv4Config,
      domain_name: option(domain),
    }),
    icos_settings: icosSettings,
    hostos_settings: hostosSettings,
    guestos_settings: guestosSettings,
  })
  .map((input) => makeObject(CONFIG_OBJECTS.SetupOS, input));

export const hostosObject: fc.Arbitrary<HostosConfig> = setuposObject.map((object) =>
  makeObject(CONFIG_OBJECTS.HostOS, object),
);

export const guestosObject: fc.Arbitrary<GuestosConfig> = fc
  .record({
    config_version: version,
    network_settings: fc.record({
      ipv6_config: fc.oneof(fixed, fc.constant("RouterAdvertisement" as const)),
      ipv4_config: ipv4Config,
      domain_name: option(domain),
    }),
    icos_settings: icosSettings,
    guestos_settings: guestosSettings,
    guest_vm_type: fc.constantFrom("default", "upgrade"),
    upgrade_config: fc.record({ peer_guest_vm_address: option(ipv6) }),
    trusted_execution_environment_config: option(fc.record({ sev_cert_chain_pem: fc.string() })),
    recovery_config: option(fc.record({ recovery_hash: option(fc.string()) })),
  })
  .map((input) => makeObject(CONFIG_OBJECTS.GuestOS, input));
