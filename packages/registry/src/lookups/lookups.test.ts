import assert from "node:assert/strict";
import { test } from "node:test";
import {
  getElectedReplicaVersions,
  getListedSubnetForNodeId,
  getNodeIds,
  getNodeKey,
  getNodeOperatorRecord,
  getNodeRecord,
  getReplicaVersionOfSubnet,
  getReplicaVersionRecord,
  getRootSubnetId,
  getSubnetIdFromNodeId,
  getSubnetIds,
  getSubnetMembers,
  getThresholdKey,
  getTlsCertificate,
  getUnassignedNodesConfig,
  HistoryReader,
  isSubnetDeleted,
  KeyPurpose,
} from "../index.ts";
import { NNS_SUBNET, OPERATOR, person, VERSION } from "../../test/network.ts";
import { a, b, c, populated } from "../../test/violations.ts";

const { network, subnet } = populated();
const created = network.state.version;
network.do("add_nodes_to_subnet", { subnet_id: subnet, node_ids: [b] });
network.do("delete_subnet", { subnet_id: subnet });
network.do("remove_node_directly", { node_id: c }, OPERATOR);
const { history } = network.state;
const registry = new HistoryReader(history);
const latest = history.latestVersion;

void test("nodes: record and ids at a version", () => {
  assert.equal(getNodeRecord(registry, c, created)?.http?.port, 8080);
  assert.equal(getNodeRecord(registry, c, latest), undefined);
  assert.equal(getNodeRecord(registry, a, 1), undefined);
  assert.deepEqual(
    [1, 2, created, latest].map((version) => getNodeIds(registry, version).length),
    [0, 1, 3, 2],
  );
});

void test("subnets: of a node, members, version, deletion", () => {
  assert.equal(getSubnetIdFromNodeId(registry, a, created)?.toText(), subnet.toText());
  assert.equal(getSubnetIdFromNodeId(registry, b, created), undefined);
  assert.equal(getListedSubnetForNodeId(registry, b, created + 1)?.record.membership.length, 2);
  assert.equal(getListedSubnetForNodeId(registry, b, latest), undefined);
  assert.deepEqual(
    getSubnetMembers(registry, subnet, created + 1)?.map((id) => id.toText()),
    [b.toText(), a.toText()],
  );
  assert.equal(getReplicaVersionOfSubnet(registry, subnet, created), VERSION);
  assert.equal(getReplicaVersionOfSubnet(registry, subnet, latest), undefined);
  const deleted = [created - 1, created, created + 1, created + 2, latest].map((version) =>
    isSubnetDeleted(registry, subnet, version),
  );
  assert.deepEqual(deleted, [false, false, false, true, true]);
  assert.equal(isSubnetDeleted(registry, person("nothing"), latest), false);
  assert.deepEqual([getSubnetIds(registry, created).length, getSubnetIds(registry, latest).length], [1, 0]);
  assert.equal(getRootSubnetId(registry, latest)?.toText(), NNS_SUBNET.toText());
});

void test("keys, certificate, operator and versions", () => {
  assert.equal(getNodeKey(registry, a, KeyPurpose.nodeSigning, created)?.keyValue.length, 32);
  assert.equal(getNodeKey(registry, a, KeyPurpose.dkgDealingEncryption, created), undefined);
  assert.ok(getTlsCertificate(registry, a, created));
  assert.equal(getTlsCertificate(registry, c, latest), undefined);
  assert.equal(getThresholdKey(registry, subnet, created), undefined);
  assert.equal(getNodeOperatorRecord(registry, OPERATOR, created)?.nodeAllowance, 2n);
  assert.deepEqual(getElectedReplicaVersions(registry, latest), [VERSION]);
  assert.ok(getReplicaVersionRecord(registry, VERSION, latest));
  assert.equal(getUnassignedNodesConfig(registry, latest)?.replicaVersion, VERSION);
});
