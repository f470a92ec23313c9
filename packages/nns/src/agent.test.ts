import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpAgent, QueryResponseStatus } from "@icp-sdk/core/agent";
import { fromBinary } from "@bufbuild/protobuf";
import { createCertificateVerifier, selfAuthenticating, ThresholdKey } from "@icos/certification";
import {
  encodeChangesSinceRequest,
  httpChangesSource,
  LocalStore,
  REGISTRY_CANISTER_ID,
  registryKey,
  RegistryClient,
  RegistryError_Code,
  HighCapacityRegistryGetChangesSinceResponseSchema,
  HighCapacityRegistryGetValueResponseSchema,
  RegistryGetLatestVersionResponseSchema,
  RegistryReplicator,
  verifyCertifiedDelta,
} from "@icos/registry";
import { silentLogger, systemClock } from "@icos/system";
import { join } from "node:path";
import { principalOf, operator, testNns } from "../test/nns-fixture.ts";

const canister = REGISTRY_CANISTER_ID.toText();

async function agentFor(url: string, rootKey: Uint8Array): Promise<HttpAgent> {
  return HttpAgent.create({ host: url, rootKey, verifyQuerySignatures: true });
}

async function query(agent: HttpAgent, methodName: string, arg: Uint8Array): Promise<Uint8Array> {
  const answer = await agent.query(canister, { methodName, arg });
  assert.equal(answer.status, QueryResponseStatus.Replied);
  return answer.status === QueryResponseStatus.Replied ? answer.reply.arg : new Uint8Array();
}

void test("an unmodified agent reads certified changes, and they verify under the root key", async () => {
  await using test = await testNns();
  const agent = await agentFor(test.url, test.nns.rootKey);
  const response = await query(agent, "get_certified_changes_since", encodeChangesSinceRequest(0));
  const verifier = createCertificateVerifier({ rootKey: test.nns.rootKey });
  const delta = verifyCertifiedDelta(response, verifier, 0);
  assert.deepEqual([delta.currentVersion, delta.versions.length], [1, 1]);
  const keys = delta.versions[0]?.changes.map(({ key }) => key) ?? [];
  assert.ok(keys.includes(registryKey.nodeOperatorRecord(principalOf(operator))));
  assert.ok(keys.includes(registryKey.thresholdKey(selfAuthenticating(test.nns.rootKey))));
  assert.ok(Math.abs(Number(delta.time / 1_000_000n) - Date.now()) < 120_000);
  const latest = await query(agent, "get_certified_latest_version", new Uint8Array());
  assert.equal(verifyCertifiedDelta(latest, verifier, 1).currentVersion, 1);
});

void test("who was given another root key refuses the answers", async () => {
  await using test = await testNns();
  const rootKey = ThresholdKey.generate().publicKey.der;
  const verifier = createCertificateVerifier({ rootKey });
  const response = await httpChangesSource([test.url]).fetch(0);
  assert.throws(() => verifyCertifiedDelta(response, verifier, 0), { code: "certificate-signature" });
  const store = new LocalStore(join(test.directory, "store"));
  const client = new RegistryClient(store);
  const modules = {
    source: httpChangesSource([test.url]),
    verifier,
    store,
    client,
    clock: systemClock,
    logger: silentLogger,
  };
  await assert.rejects(new RegistryReplicator({ pollDelay: 1 }, modules).poll(), { code: "certificate-signature" });
  assert.equal(store.read(1), undefined);
});

void test("the uncertified queries answer with values, changes and upstream's error codes", async () => {
  await using test = await testNns();
  const agent = await agentFor(test.url, test.nns.rootKey);
  const latest = fromBinary(
    RegistryGetLatestVersionResponseSchema,
    await query(agent, "get_latest_version", new Uint8Array()),
  );
  assert.equal(latest.version, 1n);
  const value = async (arg: Uint8Array) =>
    fromBinary(HighCapacityRegistryGetValueResponseSchema, await query(agent, "get_value", arg));
  const request = (key: string, more: readonly number[] = []) =>
    Buffer.concat([Buffer.from(more), Buffer.from([0x12, key.length]), Buffer.from(key)]);
  const found = await value(request("subnet_list"));
  assert.deepEqual([found.version, found.content.case, found.error], [1n, "value", undefined]);
  assert.equal((await value(request("nothing"))).error?.code, RegistryError_Code.KEY_NOT_PRESENT);
  const beyond = await value(request("subnet_list", [0x0a, 2, 0x08, 9]));
  assert.deepEqual([beyond.error, beyond.version], [undefined, 1n]);
  const absent = await value(request("nothing", [0x0a, 2, 0x08, 9]));
  assert.deepEqual([absent.error?.code, absent.version], [RegistryError_Code.KEY_NOT_PRESENT, 9n]);
  assert.equal((await value(Buffer.from([0xff]))).error?.code, RegistryError_Code.MALFORMED_MESSAGE);
  const changes = fromBinary(
    HighCapacityRegistryGetChangesSinceResponseSchema,
    await query(agent, "get_changes_since", encodeChangesSinceRequest(0)),
  );
  assert.ok(changes.deltas.some(({ key }) => Buffer.from(key).toString() === "subnet_list"));
});

void test("methods that are not there, and malformed arguments, are rejected", async () => {
  await using test = await testNns();
  const agent = await agentFor(test.url, test.nns.rootKey);
  const rejected = async (methodName: string, arg: Uint8Array): Promise<string> => {
    const answer = await agent.query(canister, { methodName, arg });
    return answer.status === QueryResponseStatus.Rejected ? answer.reject_message : "";
  };
  assert.match(await rejected("get_chunk", new Uint8Array()), /^candid-malformed/);
  assert.match(await rejected("get_certified_changes_since", Buffer.from([0xff])), /^request-malformed/);
  assert.match(await rejected("no_such_query", new Uint8Array()), /no_such_query/);
  await assert.rejects(
    agent.update(canister, { methodName: "recover_subnet", arg: new Uint8Array() }),
    /recover_subnet/,
  );
  await assert.rejects(
    agent.update(canister, { methodName: "add_node", arg: Buffer.from("DIDLx") }),
    /candid-malformed/,
  );
  assert.equal(await test.client().latestVersion(), 1);
});
