import assert from "node:assert/strict";
import { test } from "node:test";
import { makeGuestosConfig } from "./guestos-config.ts";
import { parseIcConfig, renderIcConfig } from "./ic-config.ts";
import type { GuestosConfigInput } from "./objects/guestos-object.ts";
import { valueAt } from "./objects/json-path.ts";

const ADDRESS = "2001:db8:1:2:6801:aeff:fe1a:9bb";

/** `ic.json5` of a node whose object has these settings besides the needed ones. */
function rendered(
  network: Partial<GuestosConfigInput["network_settings"]> = {},
  icos: Partial<GuestosConfigInput["icos_settings"]> = {},
  guestos_dev_settings: NonNullable<GuestosConfigInput["guestos_settings"]>["guestos_dev_settings"] = {},
): Record<string, unknown> {
  const config = makeGuestosConfig({
    config_version: "1.17.0",
    network_settings: { ipv6_config: "RouterAdvertisement", ...network },
    icos_settings: { mgmt_mac: "00:11:22:33:44:55", deployment_environment: "testnet", nns_urls: [], ...icos },
    guestos_settings: { guestos_dev_settings },
  });
  const text = renderIcConfig(config, ADDRESS);
  parseIcConfig(text, "ic.json5");
  return JSON.parse(text) as Record<string, unknown>;
}

void test("what a template of upstream leaves open has upstream's value, and its default", () => {
  const defaults = rendered();
  const told = rendered(
    { ipv4_config: { address: "198.51.100.7", gateway: "198.51.100.1", prefix_length: 24 }, domain_name: "a.example" },
    { nns_urls: ["https://icp-api.io", "http://[2001:db8::a]:8080"], node_reward_type: "type3.1" },
    {
      backup_spool: { backup_retention_time_seconds: 7, backup_purging_interval_seconds: 8 },
      query_stats_epoch_length: 9,
      jaeger_addr: "http://[::1]:4317",
      malicious_behavior: { maliciously_delay: 5 },
    },
  );
  for (const [path, byDefault, whenTold] of [
    ["transport.node_ip", ADDRESS, ADDRESS],
    ["initial_ipv4_config.public_address", "", "198.51.100.7/24"],
    ["initial_ipv4_config.public_gateway", "", "198.51.100.1"],
    ["registration.nns_url", "http://[::1]:8080", "https://icp-api.io/,http://[2001:db8::a]:8080/"],
    ["artifact_pool.backup.retention_time_secs", 86_400, 7],
    ["artifact_pool.backup.purging_interval_secs", 3_600, 8],
    ["hypervisor.query_stats_epoch_length", 600, 9],
    ["tracing.jaeger_addr", "", "http://[::1]:4317"],
    ["domain", "", "a.example"],
    ["registration.node_reward_type", "", "type3.1"],
    ["malicious_behavior", null, { maliciously_delay: 5 }],
  ] as const) {
    assert.deepEqual(valueAt(defaults, path), byDefault, path);
    assert.deepEqual(valueAt(told, path), whenTold, path);
  }
});

void test("what a template of upstream fixes is the same here", () => {
  const config = rendered();
  for (const [path, value] of [
    ["transport.listening_port", 4100],
    ["http_handler.listen_addr", `[${ADDRESS}]:8080`],
    ["metrics.exporter.http", `[${ADDRESS}]:9090`],
    ["message_routing.xnet_ip_addr", ADDRESS],
    ["message_routing.xnet_port", 2497],
    ["registry_client.local_store", "/var/lib/ic/data/ic_registry_local_store/"],
    ["state_manager.state_root", "/var/lib/ic/data/ic_state"],
    ["artifact_pool.consensus_pool_path", "/var/lib/ic/data/ic_consensus_pool"],
    ["artifact_pool.ingress_pool_max_count", 10_000],
    ["artifact_pool.ingress_pool_max_bytes", 100_000_000],
    ["artifact_pool.backup.spool_path", "/var/lib/ic/backup"],
    ["crypto.crypto_root", "/var/lib/ic/crypto"],
    ["crypto.csp_vault_type.unix_socket.logic", "/run/ic-node/crypto-csp/socket"],
    ["crypto.csp_vault_type.unix_socket.metrics", "/run/ic-node/crypto-csp/metrics"],
    ["adapters_config.bitcoin_mainnet_uds_path", "/run/ic-node/bitcoin-mainnet-adapter/socket"],
    ["adapters_config.bitcoin_mainnet_uds_metrics_path", "/run/ic-node/bitcoin-mainnet-adapter/metrics"],
    ["adapters_config.bitcoin_testnet_uds_path", "/run/ic-node/bitcoin-testnet-adapter/socket"],
    ["adapters_config.bitcoin_testnet_uds_metrics_path", "/run/ic-node/bitcoin-testnet-adapter/metrics"],
    ["adapters_config.https_outcalls_uds_path", "/run/ic-node/https-outcalls-adapter/socket"],
    ["adapters_config.https_outcalls_uds_metrics_path", "/run/ic-node/https-outcalls-adapter/metrics"],
    ["logger.level", "info"],
    ["logger.format", "json"],
    ["registration.nns_pub_key_pem", "/var/lib/ic/data/nns_public_key.pem"],
    ["registration.node_operator_pem", "/var/lib/ic/data/node_operator_private_key.pem"],
  ] as const)
    assert.deepEqual(valueAt(config, path), value, path);
});
