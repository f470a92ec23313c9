import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { ConnectionEndpointSchema, type NodeRecord, NodeRecordSchema, put, registryKey } from "../index.ts";
import { OPERATOR } from "../../test/network.ts";
import { a, b, changeNode, populated, violations } from "../../test/violations.ts";

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
  assert.equal(change({ http: endpoint("10.0.0.1"), xnet: endpoint("10.0.0.1", 2497) }), "");
  const none = put("update", registryKey.nodeRecord(a), NodeRecordSchema, { nodeOperatorId: OPERATOR.toUint8Array() });
  assert.match(violations(network, none).join(), /has no http endpoint.*has no xnet endpoint/);
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
