import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createCertificateVerifier, Principal, thresholdKeyFromDer, thresholdKeyFromPem } from "@icos/certification";
import { identityFromPem, NnsClient, startNns } from "@icos/nns";
import { openKeyStore } from "@icos/orchestrator";
import {
  decodeProtoRegistry,
  getApiBoundaryNodeIds,
  getElectedReplicaVersions,
  getFirewallRules,
  getNodeIds,
  getNodeKey,
  getNodeOperatorRecord,
  getNodeRecord,
  getProvisionalWhitelist,
  getRootSubnetId,
  getRoutingTable,
  getSubnetIds,
  getSubnetMembers,
  getSubnetRecord,
  getThresholdKey,
  getTlsCertificate,
  getUnassignedNodesConfig,
  httpChangesSource,
  KeyPurpose,
  LocalStore,
  RegistryClient,
  RegistryReplicator,
} from "@icos/registry";
import { durableFiles, silentLogger, systemClock } from "@icos/system";
import { PREP_FILES } from "./index.ts";
import { prepare, TIME } from "./testing-network.ts";

let directory: string;

before(async () => {
  directory = await prepare();
});
after(() => rm(directory, { recursive: true, force: true }));

async function initialRegistry(): Promise<RegistryClient> {
  const client = new RegistryClient(new LocalStore(join(directory, PREP_FILES.localStore)));
  assert.equal(await client.pollOnce(), 1);
  return client;
}

void test("the local store is the initial registry: version 1, with all records that belong together", async () => {
  const registry = await initialRegistry();
  const idOf = async (idx: number): Promise<Principal> =>
    Principal.fromText(await readFile(join(directory, PREP_FILES.node(idx), "derived_node_id"), "utf8"));
  const [zero, one, two, boundary] = [await idOf(0), await idOf(1), await idOf(2), await idOf(4)];
  assert.equal(getNodeIds(registry, 1).length, 5);
  assert.equal(getNodeRecord(registry, one, 1)?.http?.ipAddr, "2001:db8::2");
  const subnets = getSubnetIds(registry, 1);
  const members = subnets.map((subnet) => getSubnetMembers(registry, subnet, 1)?.map(String));
  assert.deepEqual(members, [[two.toText()], [zero.toText(), one.toText()]]);
  const [subnet] = subnets;
  assert.ok(subnet);
  const record = getSubnetRecord(registry, subnet, 1);
  assert.deepEqual(
    [record?.replicaVersionId, record?.sshReadonlyAccess, record?.sshBackupAccess, record?.dkgIntervalLength],
    ["v1", ["ssh-ed25519 reader"], ["ssh-ed25519 backup"], 499n],
  );
  assert.equal(getThresholdKey(registry, subnet, 1), undefined, "its nodes have not made one");
  const root = getRootSubnetId(registry, 1);
  assert.ok(root);
  const pem = await readFile(join(directory, PREP_FILES.rootKey), "utf8");
  assert.deepEqual(
    Buffer.from(getThresholdKey(registry, root, 1)?.keyValue ?? []),
    Buffer.from(thresholdKeyFromDer(thresholdKeyFromPem(pem))),
  );
  const ranges = getRoutingTable(registry, 1)?.map(({ start, subnet: of }) => `${start} ${of.toText()}`);
  assert.deepEqual(
    ranges,
    [root, ...subnets].map((of, index) => `${index * 2 ** 20} ${of.toText()}`),
  );
  assert.deepEqual(getElectedReplicaVersions(registry, 1), ["v1"]);
  assert.deepEqual(getUnassignedNodesConfig(registry, 1)?.sshReadonlyAccess, ["ssh-ed25519 reader"]);
  assert.deepEqual(getProvisionalWhitelist(registry, 1), { kind: "all" });
  assert.deepEqual(getApiBoundaryNodeIds(registry, 1).map(String), [boundary.toText()]);
  assert.deepEqual(getFirewallRules(registry, { kind: "global" }, 1)?.entries[0]?.ports, [22, 9090, 8080]);
  const operatorPem = await readFile(join(directory, PREP_FILES.operatorKey), "utf8");
  const operator = Principal.fromText(identityFromPem(operatorPem).getPrincipal().toText());
  assert.deepEqual(getNodeOperatorRecord(registry, operator, 1)?.maxRewardableNodes, { "type3.1": 200 });
});

void test("registry.proto has the same content, and the files beside a node's keys what is registered", async () => {
  const file = await readFile(join(directory, PREP_FILES.registry));
  const stored = new LocalStore(join(directory, PREP_FILES.localStore)).read(1);
  assert.deepEqual(
    decodeProtoRegistry(file, PREP_FILES.registry).map(({ version, changes }) => [version, changes.length]),
    [[1, stored?.length]],
  );
  const registry = await initialRegistry();
  const { keys, generated } = await openKeyStore(join(directory, "node-3/crypto"), {
    files: durableFiles,
    now: () => TIME,
  });
  assert.equal(generated, false);
  assert.equal(await readFile(join(directory, "node-3/derived_node_id"), "utf8"), keys.nodeId.toText());
  const signing = getNodeKey(registry, keys.nodeId, KeyPurpose.nodeSigning, 1);
  assert.ok(signing && (await readFile(join(directory, "node-3/node_signing_key"))).includes(signing.keyValue));
  const certificate = getTlsCertificate(registry, keys.nodeId, 1);
  assert.deepEqual(Buffer.from(certificate ?? []), Buffer.from(keys.tls.certificateDer));
});

void test("the registry's service starts from it and certifies what the local store has; a node's keys stay registered", async () => {
  const copy = await mkdtemp(join(tmpdir(), "icos-prep-"));
  try {
    await cp(directory, copy, { recursive: true });
    const listen = { host: "127.0.0.1", port: 0 };
    const options = { directory: join(copy, PREP_FILES.nns), listen, clock: systemClock, logger: silentLogger };
    const nns = await startNns(options);
    try {
      const pem = await readFile(join(directory, PREP_FILES.rootKey), "utf8");
      const rootKey = thresholdKeyFromPem(pem);
      assert.deepEqual(Buffer.from(nns.rootKey), Buffer.from(rootKey));
      const store = new LocalStore(join(copy, "replicated"));
      const client = new RegistryClient(store);
      const replicator = new RegistryReplicator(
        { pollDelay: 1 },
        {
          source: httpChangesSource([nns.url ?? ""]),
          verifier: createCertificateVerifier({ rootKey }),
          store,
          client,
          clock: systemClock,
          logger: silentLogger,
        },
      );
      assert.equal(await replicator.poll(), 1);
      const path = "0000000000/00/00/01.pb";
      assert.deepEqual(
        await readFile(join(copy, "replicated", path)),
        await readFile(join(directory, PREP_FILES.localStore, path)),
      );
      const governance = identityFromPem(await readFile(join(directory, PREP_FILES.governanceKey), "utf8"));
      const governor = new NnsClient({ url: nns.url ?? "", rootKey, identity: governance });
      await governor.call("update_unassigned_nodes_config", { ssh_readonly_access: ["ssh-ed25519 new"] });
      assert.equal(await replicator.poll(), 1);
      assert.deepEqual(getUnassignedNodesConfig(client, 2)?.sshReadonlyAccess, ["ssh-ed25519 new"]);
    } finally {
      await nns.close();
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});
