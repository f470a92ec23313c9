import JSON5 from "json5";
import { IcosError, parseWith } from "@icos/system";
import { firewallSection } from "./firewall/firewall-section.ts";
import type { GuestosConfig } from "./objects/guestos-object.ts";
import { icConfigSchema, type IcConfig } from "./ic-config-schema.ts";
import { deterministicMac, slaacAddress } from "./address.ts";
import { formatIpv6, ipv6Prefix64, parseIpv6 } from "./ipv6.ts";

type IcosSettings = GuestosConfig["icos_settings"];

/** Where a program in GuestOS finds its configuration. */
export const IC_CONFIG_PATH = "/run/ic-node/config/ic.json5";

const PORTS = { transport: 4100, http: 8080, metrics: 9090, xnet: 2497 } as const;
const DATA = "/var/lib/ic/data";
const ADAPTERS = ["bitcoin-testnet", "bitcoin-mainnet", "https-outcalls"] as const;

/**
 * The text of `ic.json5` for a node with this address (without prefix length). Upstream's fields and defaults
 * (`generate_ic_config`, `ic.json5.template`). The firewall's templates carry the node's own network; the orchestrator puts
 * the registry's rules into them.
 */
export function renderIcConfig(config: GuestosConfig, nodeAddress: string): string {
  const bytes = parseIpv6(nodeAddress);
  const ownNetwork = ipv6Prefix64(nodeAddress);
  if (bytes === undefined || ownNetwork === undefined) {
    throw new IcosError("invalid-address", `${JSON.stringify(nodeAddress)} is not an IPv6 address.`);
  }
  const address = formatIpv6(bytes);
  const { network_settings: network, icos_settings: icos } = config;
  const near = { network: ownNetwork, host: hostIn(ownNetwork, icos) };
  const { ipv4_config: ipv4 } = network;
  const dev = config.guestos_settings.guestos_dev_settings;
  const document = {
    transport: { node_ip: address, listening_port: PORTS.transport },
    initial_ipv4_config: {
      public_address: ipv4 ? `${ipv4.address}/${ipv4.prefix_length}` : "",
      public_gateway: ipv4?.gateway ?? "",
    },
    domain: network.domain_name ?? "",
    registry_client: { local_store: `${DATA}/ic_registry_local_store/` },
    state_manager: { state_root: `${DATA}/ic_state` },
    artifact_pool: {
      consensus_pool_path: `${DATA}/ic_consensus_pool`,
      ingress_pool_max_count: 10_000,
      ingress_pool_max_bytes: 100_000_000,
      backup: {
        spool_path: "/var/lib/ic/backup",
        retention_time_secs: dev.backup_spool?.backup_retention_time_seconds ?? 86_400,
        purging_interval_secs: dev.backup_spool?.backup_purging_interval_seconds ?? 3_600,
      },
    },
    crypto: { crypto_root: "/var/lib/ic/crypto", csp_vault_type: { unix_socket: sockets("crypto-csp", "logic") } },
    hypervisor: { query_stats_epoch_length: dev.query_stats_epoch_length ?? 600 },
    tracing: { jaeger_addr: dev.jaeger_addr ?? "" },
    http_handler: { listen_addr: `[${address}]:${PORTS.http}` },
    adapters_config: Object.fromEntries(ADAPTERS.flatMap(adapterPaths)),
    metrics: { exporter: { http: `[${address}]:${PORTS.metrics}` } },
    logger: { level: "info", format: "json" },
    message_routing: { xnet_ip_addr: address, xnet_port: PORTS.xnet },
    firewall: firewallSection("replica", near),
    boundary_node_firewall: firewallSection("boundary-node", near),
    registration: {
      node_reward_type: icos.node_reward_type ?? "",
      nns_url: icos.nns_urls.length > 0 ? icos.nns_urls.join(",") : "http://[::1]:8080",
      nns_pub_key_pem: `${DATA}/nns_public_key.pem`,
      node_operator_pem: `${DATA}/node_operator_private_key.pem`,
    },
    malicious_behavior: dev.malicious_behavior,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Reads `ic.json5`; problems are named by field in an {@link IcosError} `invalid-ic-config`. */
export function parseIcConfig(text: string, file: string): IcConfig {
  const what = { code: "invalid-ic-config", name: "The node configuration ic.json5", file };
  let value: unknown;
  try {
    value = parseJson5(text);
  } catch (cause) {
    throw new IcosError(what.code, `${what.name} is not JSON5: ${cause instanceof Error ? cause.message : ""}.`, {
      place: { file },
      cause,
    });
  }
  return parseWith(icConfigSchema, value, what);
}

/** JSON is JSON5, and what {@link renderIcConfig} writes; reading it as such is hundreds of times faster. */
function parseJson5(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON5.parse(text);
  }
}

/** The NNS URLs of the registration section; entries that are no URL are dropped, as upstream does. */
export function nnsUrls(config: IcConfig): readonly URL[] {
  return config.registration.nns_url
    .split(",")
    .map((text) => URL.parse(text.trim()))
    .filter((url) => url !== null);
}

function sockets(service: string, first: string): Record<string, string> {
  return { [first]: `/run/ic-node/${service}/socket`, metrics: `/run/ic-node/${service}/metrics` };
}

function adapterPaths(adapter: string): readonly [string, string][] {
  const field = adapter.replaceAll("-", "_");
  const paths = sockets(`${adapter}-adapter`, "socket");
  return [
    [`${field}_uds_path`, paths["socket"] ?? ""],
    [`${field}_uds_metrics_path`, paths["metrics"] ?? ""],
  ];
}

/** The host's address is derived from the same management MAC address, in the same network. */
function hostIn(network: string, { mgmt_mac: mgmtMac, deployment_environment: environment }: IcosSettings): string {
  return slaacAddress(network.replace(/\/64$/, ""), deterministicMac({ mgmtMac, environment, type: "HostOS" }));
}
