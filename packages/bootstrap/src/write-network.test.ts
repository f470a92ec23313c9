import assert from "node:assert/strict";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parsePrepPlan, PREP_FILES, prepareNetwork, writeNetwork } from "./index.ts";
import { node, PLAN, prepare, SEED, TIME } from "./testing-network.ts";

let directory: string;

before(async () => {
  directory = await prepare();
});
after(() => rm(directory, { recursive: true, force: true }));

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
