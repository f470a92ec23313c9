import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { ConnectionEndpointSchema, type NodeRecord, NodeRecordSchema, put, registryKey } from "../index.ts";
import { OPERATOR } from "../../test/network.ts";
import { a, b, changeNode, populated, violations, withRules } from "../../test/violations.ts";

const endpoint = (ipAddr: string, port = 8080) => create(ConnectionEndpointSchema, { ipAddr, port });

void test("a node has two different endpoints that can be used", () => {
  const { network } = populated();
  const change = (record: Partial<NodeRecord>): string => violations(network, changeNode(network, a, record)).join();
  for (const ip of ["::", "ff02::1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "node", ""]) {
    assert.match(change({ http: endpoint(ip) }), /^endpoints: .*cannot be used/);
  }
  assert.match(change({ http: endpoint("fd00::9", 65_536) }), /^endpoints: .*cannot be used/);
  assert.match(
    change({ http: endpoint("fd00::9"), xnet: endpoint("fd00::9") }),
    /^endpoints: .*one endpoint for http and xnet/,
  );
  assert.equal(change({ http: endpoint("fd00::9", 65_535) }), "");
  assert.equal(change({ http: endpoint("10.0.0.1"), xnet: endpoint("10.0.0.1", 2497) }), "");
  const none = put("update", registryKey.nodeRecord(a), NodeRecordSchema, { nodeOperatorId: OPERATOR.toUint8Array() });
  assert.match(violations(network, none).join(), /has no http endpoint.*has no xnet endpoint/);
});

void test("another spelling of an address is the same address", () => {
  const { network } = populated();
  for (const spelling of ["FD00:1:0::10", "fd00:0001:0000:0000:0000:0000:0000:0010"]) {
    const taken = violations(network, changeNode(network, b, { http: endpoint(spelling) }));
    assert.match(taken.join(), /^endpoints: .* of node_record_/);
  }
  network.write([changeNode(network, a, { http: endpoint("192.0.2.7") })]);
  const mapped = violations(network, changeNode(network, b, { http: endpoint("::ffff:c000:207") }));
  assert.match(mapped.join(), /^endpoints: .* of node_record_/);
  for (const ip of ["::ffff:0.0.0.0", "::ffff:224.0.0.1", "fe80::1%eth0"]) {
    assert.match(violations(network, changeNode(network, b, { http: endpoint(ip) })).join(), /cannot be used/);
  }
});

void test("a network may insist on addresses of the public Internet", () => {
  const { network } = populated();
  const strict = withRules(network, { publicEndpointsOnly: true });
  const withAddress = (ip: string) =>
    violations(strict, changeNode(network, a, { http: endpoint(ip), xnet: endpoint(ip, 1) }));
  for (const ip of [
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "172.31.255.255",
    "169.254.0.1",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "198.18.0.1",
    "198.19.255.255",
    "::ffff:10.0.0.1",
    "240.0.0.1",
    "::1",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "2001:db8::1",
  ]) {
    assert.match(withAddress(ip).join(), /^endpoints: .*not of the public Internet/, ip);
  }
  for (const ip of ["1.1.1.1", "172.32.0.1", "198.20.0.1", "2600::1", "2001:db9::1"])
    assert.deepEqual(withAddress(ip), [], ip);
});

void test("no two nodes have the same endpoint, for whichever purpose", () => {
  const { network } = populated();
  const taken = endpoint("fd00:1::10", 2497);
  assert.match(violations(network, changeNode(network, b, { http: taken })).join(), /^endpoints: .* of node_record_/);
  // Two that change places at once are fine.
  const swap = [
    changeNode(network, a, { http: endpoint("fd00:1::11") }),
    changeNode(network, b, { http: endpoint("fd00:1::10") }),
  ];
  assert.deepEqual(violations(network, ...swap), []);
});
