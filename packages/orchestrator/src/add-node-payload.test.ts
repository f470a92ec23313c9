import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeArgument, METHOD_CODECS } from "@icos/nns";
import { IcosError } from "@icos/system";
import { encodeAddNodePayload, type RegistrationConfig } from "./add-node-payload.ts";

const keys = {
  nodeSigning: Uint8Array.of(1),
  committeeSigning: Uint8Array.of(2),
  tlsCertificate: Uint8Array.of(3),
};

const config: RegistrationConfig = {
  http_handler: { listen_addr: "[2001:db8::1]:8080" },
  message_routing: { xnet_ip_addr: "2001:db8::1", xnet_port: 2497 },
  domain: "",
  initial_ipv4_config: { public_address: "", public_gateway: "" },
  registration: { node_reward_type: "", nns_url: "", nns_pub_key_pem: "/k", node_operator_pem: "/o" },
};

const decoded = (changes: Partial<RegistrationConfig>) =>
  decodeArgument(METHOD_CODECS.add_node.payload, encodeAddNodePayload(keys, { ...config, ...changes }));

void test("the registry reads the payload as it was meant; what the node does not have is absent", () => {
  const payload = decoded({});
  assert.deepEqual(
    [payload.node_signing_pk, payload.committee_signing_pk, payload.transport_tls_cert].map((blob) => [...blob]),
    [[1], [2], [3]],
  );
  assert.equal(payload.ni_dkg_dealing_encryption_pk.length, 0);
  assert.equal(payload.xnet_endpoint, "[2001:db8::1]:2497");
  assert.equal(payload.http_endpoint, "[2001:db8::1]:8080");
  const absent = [
    payload.idkg_dealing_encryption_pk,
    payload.domain,
    payload.public_ipv4_config,
    payload.node_reward_type,
    payload.chip_id,
  ];
  assert.deepEqual(absent, Array<undefined>(5).fill(undefined));
});

void test("domain, IPv4 and reward type are sent when they are configured", () => {
  const payload = decoded({
    domain: "node.example",
    initial_ipv4_config: { public_address: "203.0.113.5/28", public_gateway: "203.0.113.1" },
    registration: { ...config.registration, node_reward_type: "type3.1" },
  });
  assert.equal(payload.domain, "node.example");
  assert.equal(payload.node_reward_type, "type3.1");
  assert.deepEqual(
    { ...payload.public_ipv4_config },
    { ip_addr: "203.0.113.5", gateway_ip_addr: "203.0.113.1", prefix_length: 28 },
  );
});

void test("an IPv4 configuration that is not one is an error, not an end of the program", () => {
  for (const [address, gateway] of [
    ["203.0.113.5", "203.0.113.1"],
    ["203.0.113.5/28/2", "203.0.113.1"],
    ["203.0.113.5/x", "203.0.113.1"],
    ["203.0.113.5/28", ""],
  ] as const) {
    assert.throws(
      () => decoded({ initial_ipv4_config: { public_address: address, public_gateway: gateway } }),
      (error) => error instanceof IcosError && error.code === "ipv4-config-invalid",
    );
  }
});
