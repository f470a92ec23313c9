import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ed25519KeyToDer, Principal, selfAuthenticating, thresholdKeyToPem } from "@icos/certification";
import { decodeCbor } from "@icos/certification/cbor";
import {
  AlgorithmId,
  encodeRecord,
  LocalStore,
  PublicKeySchema,
  registryKey,
  SubnetRecordSchema,
} from "@icos/registry";
import { silentLogger, systemClock } from "@icos/system";
import { KEY, SUBNET } from "../../test/server-fixture.ts";
import { NODE_SIGNING_KEY_FILE } from "./node-id.ts";
import { parseReplicaArguments } from "./replica-arguments.ts";
import { runReplica } from "./run-replica.ts";

const NODE_KEY = Buffer.alloc(32, 9);
const NODE = selfAuthenticating(ed25519KeyToDer(NODE_KEY));

/** The directories of a node, and the parsed configuration that names them. */
async function nodeFixture() {
  const root = await mkdtemp(join(tmpdir(), "replica-"));
  const keyFile = join(root, "crypto", NODE_SIGNING_KEY_FILE);
  await mkdir(dirname(keyFile), { recursive: true });
  await writeFile(keyFile, encodeRecord(PublicKeySchema, { algorithm: AlgorithmId.ED25519, keyValue: NODE_KEY }));
  await writeFile(join(root, "nns.pem"), thresholdKeyToPem(KEY.publicKey.der));
  const config = {
    http_handler: { listen_addr: "127.0.0.1:0" },
    metrics: { exporter: { http: "127.0.0.1:0" } },
    registry_client: { local_store: join(root, "store") },
    crypto: { crypto_root: join(root, "crypto") },
    registration: { nns_pub_key_pem: join(root, "nns.pem") },
  };
  await mkdir(join(root, "store"));
  const store = new LocalStore(join(root, "store"));
  return { config, store, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

const start = (config: unknown) =>
  runReplica({
    arguments: parseReplicaArguments([
      "--replica-version=v1",
      "--config-file",
      "/ic.json5",
      "--catch-up-package=/cup",
      `--force-subnet=${SUBNET.toText()}`,
    ]),
    config,
    clock: systemClock,
    logger: silentLogger,
    pollInterval: 5,
  });

const status = async (url: string): Promise<Record<string, unknown>> => {
  const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const value = decodeCbor(body, { code: "test", name: "The status" });
  assert.ok(typeof value === "object" && value !== null);
  return Object.fromEntries(Object.entries(value));
};

const subnetRecord = (members: readonly Principal[]): Uint8Array =>
  encodeRecord(SubnetRecordSchema, { membership: members.map((id) => id.toUint8Array()) });

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !condition(); tries++) await delay(5);
  assert.ok(condition());
}

void test("a replica is healthy while the registry lists its node in the subnet it was started for", async () => {
  await using node = await nodeFixture();
  const replica = await start(node.config);
  try {
    const first = await status(replica.statusUrl);
    assert.deepEqual(first, {
      root_key: new Uint8Array(KEY.publicKey.der),
      impl_version: "v1",
      replica_health_status: "starting",
    });
    const key = registryKey.subnetRecord(SUBNET);
    await node.store.append(1, [{ key, value: subnetRecord([Principal.anonymous()]) }]);
    await until(() => replica.health === "waiting_for_certified_state");
    await node.store.append(2, [{ key, value: subnetRecord([Principal.anonymous(), NODE]) }]);
    await until(() => replica.health === "healthy");
    assert.equal((await status(replica.statusUrl))["replica_health_status"], "healthy");
    await node.store.append(3, [{ key, value: undefined }]);
    await until(() => replica.health === "waiting_for_certified_state");
  } finally {
    await replica.close();
  }
});

void test("other endpoints are refused: those of the interface with 503, the rest with 404", async () => {
  await using node = await nodeFixture();
  const replica = await start(node.config);
  try {
    const { origin } = new URL(replica.statusUrl);
    const refusal = async (path: string, method: string): Promise<readonly [number, string]> => {
      const response = await fetch(origin + path, { method, ...(method === "POST" && { body: "x" }) });
      return [response.status, await response.text()];
    };
    const canister = "/api/v4/canister/rwlgt-iiaaa-aaaaa-aaaaa-cai/call";
    const [code, text] = await refusal(canister, "POST");
    assert.equal(code, 503);
    assert.match(text, /Canisters do not run on this replica yet/);
    assert.equal((await refusal(canister, "GET"))[0], 405);
    assert.equal((await refusal("/api/v2/status", "POST"))[0], 405);
    assert.equal((await refusal("/", "GET"))[0], 404);
  } finally {
    await replica.close();
  }
});

void test("the metrics tell version, registry version, health and what the process uses", async () => {
  await using node = await nodeFixture();
  await node.store.append(1, [{ key: registryKey.subnetRecord(SUBNET), value: subnetRecord([NODE]) }]);
  const replica = await start(node.config);
  try {
    const response = await fetch(replica.metricsUrl);
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    for (const line of [
      /^ic_replica_info\{ic_active_version="v1"\} 1$/m,
      /^ic_registry_client_registry_version 1$/m,
      /^replica_healthy 1$/m,
      /^replica_http_health_status_transitions_total\{before="starting",after="healthy"\} 1$/m,
      /^process_resident_memory_bytes [1-9]\d+$/m,
      /^process_start_time_seconds [1-9]\d{9}/m,
    ]) {
      assert.match(text, line);
    }
  } finally {
    await replica.close();
  }
});

void test("a replica whose key, address or configuration is wrong does not start, and says which", async () => {
  await using node = await nodeFixture();
  await assert.rejects(start({}), { code: "invalid-ic-config", message: /http_handler.*registry_client.*crypto/ });
  const noPort = { ...node.config, http_handler: { listen_addr: "localhost" } };
  await assert.rejects(start(noPort), { code: "invalid-ic-config", message: /http_handler\.listen_addr/ });
  await writeFile(node.config.registration.nns_pub_key_pem, "nothing");
  await assert.rejects(start(node.config), { code: "threshold-key-malformed" });
});

void test("missing arguments are all named, unknown ones refused", () => {
  assert.throws(() => parseReplicaArguments([]), {
    code: "wrong-usage",
    message: /--replica-version, --config-file, --force-subnet/,
  });
  assert.throws(() => parseReplicaArguments(["--surprise"]), { code: "wrong-usage" });
});
