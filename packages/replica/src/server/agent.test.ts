import { test } from "node:test";
import assert from "node:assert/strict";
import { AnonymousIdentity, HttpAgent, type HttpAgentOptions, QueryResponseStatus } from "@icp-sdk/core/agent";
import { Ed25519KeyIdentity } from "@icp-sdk/core/identity";
import { Secp256k1KeyIdentity } from "@icp-sdk/core/identity/secp256k1";
import { Principal } from "@icp-sdk/core/principal";
import { createCertificateVerifier, lookup } from "@icos/certification";
import { CANISTER, KEY, OTHER_KEY, startServer, SUBNET } from "../../test/server-fixture.ts";

const bytes = (value: Uint8Array | undefined): number[] => Array.from(value ?? []);
/** The same canister for the agent, which has a copy of its own of the class. */
const AGENT_CANISTER = Principal.fromText(CANISTER.toText());
const label = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An unmodified agent; the root key comes from the server unless one is given. */
const agentFor = (host: string, options: HttpAgentOptions = {}): Promise<HttpAgent> =>
  HttpAgent.create({ host, shouldFetchRootKey: options.rootKey === undefined, retryTimes: 0, ...options });

void test("an agent fetches the root key and queries, the node's signature verified", async () => {
  await using server = await startServer();
  const agent = await agentFor(server.url, { identity: Ed25519KeyIdentity.generate(), verifyQuerySignatures: true });
  server.canister.count = 7;
  const answer = await agent.query(CANISTER, { methodName: "get", arg: new Uint8Array() });
  assert.equal(answer.status, QueryResponseStatus.Replied);
  assert.deepEqual(bytes(answer.status === QueryResponseStatus.Replied ? answer.reply.arg : undefined), [7]);
});

void test("an agent refuses a query answer that was changed on its way", async () => {
  await using server = await startServer();
  const changed: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!response.url.endsWith("/query")) return response;
    const body = Buffer.from(await response.arrayBuffer());
    body.writeUInt8(0x2b, body.indexOf(Uint8Array.of(0x41, 0x2a)) + 1); // the reply, a byte string of one byte
    return new Response(body, { headers: response.headers });
  };
  const agent = await agentFor(server.url, { fetch: changed });
  const query = agent.query(CANISTER, { methodName: "echo", arg: Uint8Array.of(0x2a) });
  await assert.rejects(query, /signature/i);
});

for (const [name, identity] of Object.entries({
  anonymous: new AnonymousIdentity(),
  Ed25519: Ed25519KeyIdentity.generate(),
  secp256k1: Secp256k1KeyIdentity.generate(),
})) {
  void test(`an agent of an ${name} identity calls and gets a certified reply at once`, async () => {
    await using server = await startServer();
    const agent = await agentFor(server.url, { identity });
    const polled = { value: false };
    const result = await agent.update(CANISTER, {
      methodName: "whoami",
      arg: new Uint8Array(),
      onPollingStarted: () => (polled.value = true),
    });
    assert.equal(Principal.fromUint8Array(result.reply).toText(), identity.getPrincipal().toText());
    assert.equal(polled.value, false);
  });
}

void test("an agent calls asynchronously and polls for the reply", async () => {
  await using server = await startServer();
  const agent = await agentFor(server.url, { identity: Ed25519KeyIdentity.generate() });
  const result = await agent.update(CANISTER, { methodName: "increment", arg: new Uint8Array(), callSync: false });
  assert.deepEqual(bytes(result.reply), [1]);
  assert.equal(server.canister.count, 1);
});

void test("an agent sees rejections of calls, certified, with their codes", async () => {
  await using server = await startServer();
  const agent = await agentFor(server.url);
  const call = (methodName: string) => agent.update(CANISTER, { methodName, arg: new Uint8Array() });
  await assert.rejects(call("refuse"), /No\./);
  await assert.rejects(call("missing"), /IC0536/);
  await assert.rejects(call("trap"), /IC0502[\s\S]*|A sentence for people/);
  await assert.rejects(call("crash"), (error: Error) => !error.message.includes("inner detail"));
});

void test("an agent sees rejections of queries, signed, with their codes", async () => {
  await using server = await startServer();
  const agent = await agentFor(server.url);
  for (const [methodName, code] of [
    ["missing", "IC0536"],
    ["crash", "IC0502"],
  ] as const) {
    const answer = await agent.query(CANISTER, { methodName, arg: new Uint8Array() });
    assert.equal(answer.status === QueryResponseStatus.Rejected && answer.error_code, code);
  }
});

void test("an agent reads the state: time, metadata, controllers, subnet", async () => {
  await using server = await startServer();
  const agent = await agentFor(server.url);
  const id = CANISTER.toUint8Array();
  const { certificate } = await agent.readState(
    { canisterId: AGENT_CANISTER },
    {
      paths: [
        [label("time")],
        [label("canister"), id, label("metadata"), label("candid:service")],
        [label("canister"), id, label("controllers")],
        [label("canister"), id, label("module_hash")],
      ],
    },
  );
  const { tree } = createCertificateVerifier({ rootKey: KEY.publicKey.der }).verify(certificate);
  const metadata = lookup(["canister", id, "metadata", "candid:service"], tree);
  assert.equal(metadata.kind === "found" && Buffer.from(metadata.value).toString(), "service : {}");
  assert.equal(lookup(["canister", id, "controllers"], tree).kind, "found");
  assert.equal(lookup(["canister", id, "module_hash"], tree).kind, "absent");
  assert.equal(lookup(["canister", id, "certified_data"], tree).kind, "unknown");
  const keys = await agent.fetchSubnetKeys({ subnetId: Principal.fromText(SUBNET.toText()) });
  assert.equal(keys.size, 1);
});

void test("an agent keeps its clock by the replica's", async () => {
  await using server = await startServer();
  const agent = await agentFor(server.url);
  await agent.syncTime({ canisterId: AGENT_CANISTER });
  assert.equal(agent.hasSyncedTime(), true);
  assert.ok(Math.abs(agent.getTimeDiffMsecs()) < 5_000);
});

void test("an agent that knows another root key refuses every answer", async () => {
  await using server = await startServer();
  const agent = await agentFor(server.url, { rootKey: OTHER_KEY.publicKey.der });
  await assert.rejects(agent.update(CANISTER, { methodName: "increment", arg: new Uint8Array() }), /signature/i);
  await assert.rejects(agent.readState({ canisterId: AGENT_CANISTER }, { paths: [[label("time")]] }), /signature/i);
  await assert.rejects(agent.query(CANISTER, { methodName: "get", arg: new Uint8Array() }), /signature/i);
});
