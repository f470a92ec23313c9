import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
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
import { parseJson5, parsePrepPlan, PREP_FILES, prepareNetwork, type PrepPlanInput, writeNetwork } from "./index.ts";

const TIME = Date.parse("2026-03-01T12:00:00Z");
const SEED = Buffer.from("a seed of a test");
const node = (idx: number, more: object = {}) => ({
  idx,
  xnet_api: `[2001:db8::${idx + 1}]:2497`,
  public_api: `[2001:db8::${idx + 1}]:8080`,
  ...more,
});
const PLAN: PrepPlanInput = {
  replica_version: "v1",
  release_package_download_url: "http://files.example/update-img.tar.zst",
  release_package_sha256_hex: "ab".repeat(32),
  nodes: [
    node(0, { subnet_idx: 1 }),
    node(1, { subnet_idx: 1, node_reward_type: "type3.1" }),
    node(2, { subnet_idx: 0 }),
    node(3),
    node(4, { api_boundary_node: true, domain: "api.example.org" }),
  ],
  data_centers: [{ id: "DC1", region: "Europe,CH,Zurich", owner: "nobody" }],
  ssh_readonly_access: ["ssh-ed25519 reader"],
  ssh_backup_access: ["ssh-ed25519 backup"],
  provisional_whitelist: ["*"],
  whitelisted_prefixes: ["2001:db8::/32"],
  whitelisted_ports: [22, 9090],
  dkg_interval_length: -1,
};

let directory: string;

before(async () => {
  directory = await prepare();
});
after(() => rm(directory, { recursive: true, force: true }));

async function prepare(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "icos-prep-"));
  await writeNetwork(made, prepareNetwork({ plan: parsePrepPlan(PLAN), seed: SEED, time: TIME }));
  return made;
}

/** Every file with its mode and content, every directory with its mode. */
async function tree(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode } = await stat(path);
    const content = entry.isFile() ? (await readFile(path)).toString("hex") : "";
    found.set(path.slice(directory.length + 1), `${(mode & 0o777).toString(8)} ${content}`);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function initialRegistry(): Promise<RegistryClient> {
  const client = new RegistryClient(new LocalStore(join(directory, PREP_FILES.localStore)));
  assert.equal(await client.pollOnce(), 1);
  return client;
}

void test("the same seed, plan and time give the same directory, byte for byte; another seed other keys", async () => {
  const first = await tree(directory);
  assert.deepEqual(
    [...first.keys()].filter((path) => !/^(nns|node-[1-4])\//.test(path)),
    [
      "governance.pem",
      "ic_registry_local_store",
      "ic_registry_local_store/0000000000",
      "ic_registry_local_store/0000000000/00",
      "ic_registry_local_store/0000000000/00/00",
      "ic_registry_local_store/0000000000/00/00/01.pb",
      "nns",
      "nns_public_key.pem",
      "node-0",
      "node-0/committee_signing_key",
      "node-0/crypto",
      "node-0/crypto/node_keys",
      "node-0/crypto/node_keys/committee_signing_pk.pb",
      "node-0/crypto/node_keys/committee_signing_seed",
      "node-0/crypto/node_keys/keys.sha256",
      "node-0/crypto/node_keys/node_signing_key.pem",
      "node-0/crypto/node_keys/node_signing_pk.pb",
      "node-0/crypto/node_keys/tls_key.pem",
      "node-0/crypto/node_keys/transport_tls_cert.pb",
      "node-0/derived_node_id",
      "node-0/node_signing_key",
      "node-0/state",
      "node-0/transport_tls_certificate",
      "node-1",
      "node-2",
      "node-3",
      "node-4",
      "node_operator_private_key.pem",
      "registry.proto",
    ],
  );
  const secret = /(\.seed|_seed|_key\.pem|governance\.pem)$/;
  for (const [path, content] of first) {
    if (secret.test(path) && path !== "nns_public_key.pem") assert.match(content, /^[46]00 /, path);
  }
  const again = await prepare();
  try {
    assert.deepEqual(await tree(again), first);
  } finally {
    await rm(again, { recursive: true, force: true });
  }
  const other = prepareNetwork({ plan: parsePrepPlan(PLAN), seed: Buffer.from("another"), time: TIME });
  assert.notEqual(first.get("node-0/derived_node_id"), other.nodes[0]?.nodeId.toText());
  assert.notEqual(await readFile(join(directory, PREP_FILES.rootKey), "utf8"), other.rootKeyPem);
});

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

void test("a directory with something in it is left alone, and a registry that breaks a rule is not written", async () => {
  const network = prepareNetwork({ plan: parsePrepPlan(PLAN), seed: SEED, time: TIME });
  const content = await tree(directory);
  await assert.rejects(writeNetwork(directory, network), { code: "prep-directory-not-empty" });
  assert.deepEqual(await tree(directory), content);
  const twice = { ...PLAN, nodes: [node(0), { ...node(0), idx: 1 }] };
  assert.throws(() => prepareNetwork({ plan: parsePrepPlan(twice), seed: SEED, time: TIME }), {
    code: "invariant-violated",
    message: /endpoint/,
  });
});

void test("a plan's problems are named all at once", () => {
  const plan = {
    replica_version: "",
    release_package_download_url: "not a URL",
    nodes: [{ idx: 0, xnet_api: "2001:db8::1", public_api: "[::1]:70000", node_reward_type: "type9", colour: "red" }],
    initial_node_operator: "me",
  };
  assert.throws(
    () => parsePrepPlan(plan, "plan.json5"),
    (error: Error) => {
      for (const part of [
        "replica_version",
        "download_url",
        "xnet_api",
        "public_api",
        "reward type",
        "colour",
        "operator",
      ]) {
        assert.ok(error.message.includes(part), part);
      }
      return true;
    },
  );
  for (const provisional_whitelist of [["*", "aaaaa-aa"], ["everybody"], "*"])
    assert.throws(() => parsePrepPlan({ replica_version: "v", nodes: [], provisional_whitelist }), {
      code: "prep-plan-invalid",
      message: /provisional_whitelist/,
    });
  const nodes = [node(0), node(0), node(1, { api_boundary_node: true, subnet_idx: 0 })];
  const contradictory = {
    replica_version: "v",
    release_package_sha256_hex: "00".repeat(32),
    initial_node_provider: "aaaaa-aa",
    nodes,
  };
  const operator = { principal: "aaaaa-aa", data_center: "", node_allowance: 1 };
  assert.throws(() => parsePrepPlan({ replica_version: "v", nodes: [], node_operators: [operator, operator] }), {
    message: /aaaaa-aa is there twice/,
  });
  assert.throws(() => parsePrepPlan(contradictory), {
    message: /idx 0 is used twice.*cannot be in a subnet.*needs a domain.*go together.*needs initial_node_operator/,
  });
});

void test("a node in upstream's notation is read, without the outer braces", () => {
  const text = `{idx:7,subnet_idx:0,xnet_api:"[2001:db8::7]:2497",public_api:"[2001:db8::7]:8080"}`;
  const plan = parsePrepPlan({ replica_version: "v", nodes: [parseJson5(text, "--node")] });
  assert.deepEqual(plan.nodes[0]?.xnet_api, { ipAddr: "2001:db8::7", port: 2497 });
  assert.throws(() => parseJson5("{idx:", "--node"), { code: "prep-plan-invalid" });
});
