import { test } from "node:test";
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createCertificateVerifier, decodeCbor, lookup, Principal, signRequest } from "@icos/certification";
import { type Clock, silentLogger } from "@icos/system";
import { CounterCanister } from "../../test/counter-canister.ts";
import { CANISTER, KEY } from "../../test/server-fixture.ts";
import { IcService } from "./ic-service.ts";
import { DEFAULT_LIMITS, type IcServerOptions, nodeKeyFrom } from "./options.ts";
import { findRoute } from "./route.ts";

const START = 1_700_000_000_000;
const verifier = createCertificateVerifier({ rootKey: KEY.publicKey.der });

/** A service whose clock and signatures the test owns. */
function serviceFixture() {
  const time = { now: START };
  const signatures = { count: 0 };
  const canister = new CounterCanister();
  const clock: Clock = { now: () => time.now, sleep: () => Promise.resolve() };
  const key = {
    publicKey: KEY.publicKey,
    sign: (message: Uint8Array) => {
      signatures.count += 1;
      return KEY.sign(message);
    },
  };
  const nodeKey = nodeKeyFrom(generateKeyPairSync("ed25519").privateKey);
  const canisters = new Map([[CANISTER.toText(), canister]]);
  const options: IcServerOptions = { key, nodeKey, canisters, clock, logger: silentLogger, health: () => "healthy" };
  const service = new IcService(options, DEFAULT_LIMITS);
  const ask = async (request_type: "call" | "query", method_name: string, nonce = 0, lifetime = 60_000) => {
    const { body, requestId } = signRequest({
      request_type,
      canister_id: CANISTER,
      method_name,
      arg: new Uint8Array(),
      nonce: Uint8Array.of(nonce),
      sender: Principal.anonymous(),
      ingress_expiry: BigInt(time.now + lifetime) * 1_000_000n,
    });
    const version = request_type === "call" ? 4 : 3;
    const route = findRoute("POST", `/api/v${version}/canister/${CANISTER.toText()}/${request_type}`);
    const answer = await service.answer(route, () => Promise.resolve(body));
    const fields = decodeCbor(answer.body, { code: "test", name: "An answer" });
    assert.ok(typeof fields === "object" && fields !== null);
    return { fields: new Map<string, unknown>(Object.entries(fields)), requestId };
  };
  return { time, signatures, canister, ask };
}

void test("calls that come in at the same time share one signature, and each certificate shows its own reply", async () => {
  const { ask, signatures, canister } = serviceFixture();
  const answers = await Promise.all([1, 2, 3, 4, 5].map((nonce) => ask("call", "increment", nonce)));
  assert.equal(canister.count, 5);
  assert.equal(signatures.count, 1);
  const replies = answers.map(({ fields, requestId }) => {
    const certificate = fields.get("certificate");
    assert.ok(certificate instanceof Uint8Array);
    const reply = lookup(["request_status", requestId, "reply"], verifier.verify(certificate).tree);
    return reply.kind === "found" ? reply.value[0] : undefined;
  });
  assert.deepEqual(replies, [1, 2, 3, 4, 5]);
});

void test("a data certificate is renewed after a minute, not before", async () => {
  const { ask, signatures, time } = serviceFixture();
  const certificate = async () => (await ask("query", "certificate")).fields.get("reply");
  const first = await certificate();
  time.now += 60_000;
  assert.deepEqual(await certificate(), first);
  assert.equal(signatures.count, 1);
  time.now += 1;
  assert.notDeepEqual(await certificate(), first);
  assert.equal(signatures.count, 2);
});

void test("the time of the state does not go back with the clock", async () => {
  const { ask, time } = serviceFixture();
  const certifiedTime = async (nonce: number): Promise<bigint> => {
    const certificate = (await ask("call", "increment", nonce)).fields.get("certificate");
    assert.ok(certificate instanceof Uint8Array);
    return verifier.verify(certificate).time;
  };
  const before = await certifiedTime(1);
  time.now -= 10_000;
  assert.equal(await certifiedTime(2), before);
});

void test("other calls are taken while one is prepared, and sent twice it is executed once", async () => {
  const { ask, canister } = serviceFixture();
  const prepared = Promise.withResolvers<void>();
  canister.preparing = prepared.promise;
  const slow = [ask("call", "increment", 1), ask("call", "increment", 1)];
  assert.ok((await ask("call", "whoami", 2)).fields.has("certificate"));
  assert.deepEqual([canister.prepared, canister.count], [3, 0]);
  prepared.resolve();
  await Promise.all(slow);
  assert.equal(canister.count, 1);
  await ask("call", "increment", 1);
  assert.equal(canister.prepared, 3);
});

void test("a call that expires while it is prepared is refused and not executed", async () => {
  const { ask, canister, time } = serviceFixture();
  const prepared = Promise.withResolvers<void>();
  canister.preparing = prepared.promise;
  const late = assert.rejects(ask("call", "increment", 1, 1_000), { code: "request-expired" });
  await ask("query", "get");
  time.now += 1_001;
  prepared.resolve();
  await late;
  assert.equal(canister.count, 0);
});
