import type { PayloadOf } from "@icos/registry";

/** The settings that a subnet of a testnet has unless told otherwise (upstream's defaults for application subnets). */
export const SUBNET_DEFAULTS = {
  subnet_type: "application",
  features: { canister_sandboxing: false, http_requests: true },
  max_ingress_bytes_per_message: 2n * 1024n * 1024n,
  max_ingress_messages_per_block: 1000n,
  max_block_payload_size: 4n * 1024n * 1024n,
  unit_delay_millis: 1000n,
  initial_notary_delay_millis: 600n,
  dkg_interval_length: 499n,
  dkg_dealings_per_block: 1n,
  max_number_of_canisters: 120_000n,
  start_as_nns: false,
  is_halted: false,
  ssh_readonly_access: [],
  ssh_backup_access: [],
} satisfies Partial<PayloadOf<"create_subnet">>;
