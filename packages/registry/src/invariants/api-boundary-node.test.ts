import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import type { Principal } from "@icos/certification";
import {
  ApiBoundaryNodeRecordSchema,
  ConnectionEndpointSchema,
  IPv4InterfaceConfigSchema,
  type Mutation,
  put,
  registryKey,
} from "../index.ts";
import { person, VERSION } from "../../test/network.ts";
import { b, c, changeNode, populated, violations } from "../../test/violations.ts";

const boundary = (node: Principal): Mutation =>
  put("insert", registryKey.apiBoundaryNode(node), ApiBoundaryNodeRecordSchema, { version: VERSION });
const endpoint = (ipAddr: string) => create(ConnectionEndpointSchema, { ipAddr, port: 8080 });

void test("an API boundary node is a node with a domain and an IPv6 address", () => {
  const { network } = populated();
  assert.match(violations(network, boundary(person("nobody"))).join(), /^api-boundary-node: .* has no node record/);
  assert.match(violations(network, boundary(b)).join(), /^api-boundary-node: .* has no domain/);
  const change = (record: Parameters<typeof changeNode>[2]) =>
    violations(network, changeNode(network, b, { domain: "b.example", ...record }), boundary(b)).join();
  assert.equal(change({}), "");
  for (const ip of ["192.0.2.1", "::ffff:192.0.2.1"]) {
    assert.match(change({ http: endpoint(ip) }), /^api-boundary-node: .* has no IPv6 address/);
  }
  assert.match(change({ http: undefined }), /^api-boundary-node: .* has no IPv6 address/);
  const publicIpv4Config = create(IPv4InterfaceConfigSchema, { ipAddr: "192.0.2.256" });
  assert.match(change({ publicIpv4Config }), /^api-boundary-node: .* has "192.0.2.256" for an IPv4 address/);
});

void test("it stays one while its node record changes", () => {
  const { network } = populated();
  network.write([changeNode(network, b, { domain: "b.example" }), boundary(b)]);
  assert.match(violations(network, changeNode(network, b, { domain: undefined })).join(), /has no domain/);
});

void test("no two have the same domain, whatever its case", () => {
  const { network } = populated();
  network.write([changeNode(network, b, { domain: "b.example" }), boundary(b)]);
  const other = changeNode(network, c, { domain: "B.Example." });
  assert.deepEqual(violations(network, other), []);
  assert.match(violations(network, other, boundary(c)).join(), /^api-boundary-node: .* has the domain B\.Example\. of/);
});
