import * as v from "valibot";
import { ipv6Address, wholeNumber } from "./field-forms.ts";
import { firewallSchema } from "./firewall/firewall-section.ts";

const absolutePath = v.pipe(v.string(), v.startsWith("/", "is not an absolute path"));
const port = v.pipe(wholeNumber, v.minValue(1, "is not a port"), v.maxValue(65535, "is not a port"));

/** `ic.json5`, as far as this system's programs read it; fields of upstream's replica beside these are ignored. */
export const icConfigSchema = v.object({
  transport: v.object({ node_ip: ipv6Address, listening_port: port }),
  initial_ipv4_config: v.object({ public_address: v.string(), public_gateway: v.string() }),
  domain: v.string(),
  registry_client: v.object({ local_store: absolutePath }),
  state_manager: v.object({ state_root: absolutePath }),
  artifact_pool: v.object({
    consensus_pool_path: absolutePath,
    ingress_pool_max_count: wholeNumber,
    ingress_pool_max_bytes: wholeNumber,
    backup: v.object({
      spool_path: absolutePath,
      retention_time_secs: wholeNumber,
      purging_interval_secs: wholeNumber,
    }),
  }),
  crypto: v.object({ crypto_root: absolutePath }),
  hypervisor: v.object({ query_stats_epoch_length: wholeNumber }),
  tracing: v.object({ jaeger_addr: v.string() }),
  http_handler: v.object({ listen_addr: v.string() }),
  metrics: v.object({ exporter: v.object({ http: v.string() }) }),
  logger: v.object({ level: v.string(), format: v.string() }),
  message_routing: v.object({ xnet_ip_addr: ipv6Address, xnet_port: port }),
  firewall: firewallSchema,
  boundary_node_firewall: firewallSchema,
  registration: v.object({
    node_reward_type: v.string(),
    /** Comma-separated. */
    nns_url: v.string(),
    nns_pub_key_pem: absolutePath,
    node_operator_pem: absolutePath,
  }),
  malicious_behavior: v.nullable(v.record(v.string(), v.unknown())),
});

export type IcConfig = v.InferOutput<typeof icConfigSchema>;
