import type { IcConfig } from "@icos/config";
import { IDL } from "@icp-sdk/core/candid";
import { IcosError } from "@icos/system";
import type { NodePublicKeys } from "./node-keys.ts";

/** `add_node`'s argument as upstream's registry.did declares it. */
const AddNodePayload = IDL.Record({
  node_signing_pk: IDL.Vec(IDL.Nat8),
  committee_signing_pk: IDL.Vec(IDL.Nat8),
  ni_dkg_dealing_encryption_pk: IDL.Vec(IDL.Nat8),
  transport_tls_cert: IDL.Vec(IDL.Nat8),
  idkg_dealing_encryption_pk: IDL.Opt(IDL.Vec(IDL.Nat8)),
  xnet_endpoint: IDL.Text,
  http_endpoint: IDL.Text,
  p2p_flow_endpoints: IDL.Vec(IDL.Text),
  prometheus_metrics_endpoint: IDL.Text,
  domain: IDL.Opt(IDL.Text),
  public_ipv4_config: IDL.Opt(IDL.Record({ ip_addr: IDL.Text, gateway_ip_addr: IDL.Text, prefix_length: IDL.Nat32 })),
  node_reward_type: IDL.Opt(IDL.Text),
});

export type RegistrationConfig = Pick<
  IcConfig,
  "http_handler" | "message_routing" | "domain" | "initial_ipv4_config" | "registration"
>;

/**
 * The encoded argument of `add_node`. Keys that this node does not have are left empty. A malformed IPv4 configuration is
 * an error that the caller can report and retry; it does not end the program.
 */
export function encodeAddNodePayload(keys: NodePublicKeys, config: RegistrationConfig): Uint8Array {
  const { xnet_ip_addr, xnet_port } = config.message_routing;
  const rewardType = config.registration.node_reward_type;
  const value = {
    node_signing_pk: keys.nodeSigning,
    committee_signing_pk: keys.committeeSigning,
    ni_dkg_dealing_encryption_pk: new Uint8Array(),
    transport_tls_cert: keys.tlsCertificate,
    idkg_dealing_encryption_pk: [],
    xnet_endpoint: `[${xnet_ip_addr}]:${xnet_port}`,
    http_endpoint: config.http_handler.listen_addr,
    p2p_flow_endpoints: [],
    prometheus_metrics_endpoint: "",
    domain: config.domain === "" ? [] : [config.domain],
    public_ipv4_config: ipv4(config.initial_ipv4_config),
    node_reward_type: rewardType === "" ? [] : [rewardType],
  };
  return new Uint8Array(IDL.encode([AddNodePayload], [value]));
}

function ipv4({ public_address, public_gateway }: RegistrationConfig["initial_ipv4_config"]): object[] {
  if (public_address === "") return [];
  const [address, length, ...rest] = public_address.split("/");
  if (length === undefined || !/^\d{1,2}$/.test(length) || rest.length > 0 || public_gateway === "") {
    throw new IcosError(
      "ipv4-config-invalid",
      `The IPv4 configuration '${public_address}' via '${public_gateway}' is not valid.`,
      {
        next: "Write address/prefix length and a gateway, or leave both empty.",
        place: { key: "initial_ipv4_config" },
      },
    );
  }
  return [{ ip_addr: address, gateway_ip_addr: public_gateway, prefix_length: Number(length) }];
}
