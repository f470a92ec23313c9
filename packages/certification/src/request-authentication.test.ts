import { test } from "node:test";
import assert from "node:assert/strict";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { delegationMessage } from "./delegation-chain.ts";
import { decodeEnvelope, type SignedDelegation } from "./envelope.ts";
import { Principal, selfAuthenticating } from "./principal.ts";
import { authenticateRequest } from "./request-authentication.ts";
import type { CallContent, RequestContent } from "./request-content.ts";
import { signRequest, type RequestSigner } from "./request-signing.ts";

const NOW = 1_700_000_000_000_000_000n;
const MINUTE = 60_000_000_000n;
const CANISTER = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");
const OTHER = Principal.fromText("ryjl3-tyaaa-aaaaa-aaaba-cai");

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
const der = (key: KeyObject): Uint8Array => key.export({ format: "der", type: "spki" });
const signer = (pair: Pair, algorithm: "sha256" | null): RequestSigner => ({
  publicKey: der(pair.publicKey),
  sign: (message) => sign(algorithm, message, { key: pair.privateKey, dsaEncoding: "ieee-p1363" }),
});
const ed25519 = signer(generateKeyPairSync("ed25519"), null);
const p256 = signer(generateKeyPairSync("ec", { namedCurve: "P-256" }), "sha256");
const secp256k1 = signer(generateKeyPairSync("ec", { namedCurve: "secp256k1" }), "sha256");

const call = (who: RequestSigner | undefined, more: Partial<CallContent> = {}): CallContent => ({
  request_type: "call",
  canister_id: CANISTER,
  method_name: "add",
  arg: new Uint8Array(3),
  sender: who ? selfAuthenticating(who.publicKey) : Principal.anonymous(),
  ingress_expiry: NOW + MINUTE,
  ...more,
});
const readTime = (who: RequestSigner | undefined, ingress_expiry: bigint): RequestContent => ({
  request_type: "read_state",
  paths: [[Buffer.from("time")]],
  sender: who ? selfAuthenticating(who.publicKey) : Principal.anonymous(),
  ingress_expiry,
});
const check = (body: Uint8Array) => authenticateRequest(decodeEnvelope(body), NOW);

/** The fields of an envelope, to change some. */
const reopened = (body: Uint8Array, change: (fields: Record<string, unknown>) => void): Uint8Array => {
  const fields = decodeCbor(body, { code: "test", name: "A request" });
  assert.ok(typeof fields === "object" && fields !== null);
  const copy = Object.fromEntries(Object.entries(fields));
  change(copy);
  return encodeCbor(copy);
};

const delegate = (
  from: RequestSigner,
  to: RequestSigner,
  more: Partial<SignedDelegation["delegation"]> = {},
): Record<string, unknown> => {
  const delegation = { pubkey: to.publicKey, expiration: NOW + MINUTE, ...more };
  const targets = delegation.targets?.map((target) => target.toUint8Array());
  const signature = from.sign(delegationMessage(delegation));
  return { delegation: { ...delegation, ...(targets && { targets }) }, signature };
};
const delegated = (content: RequestContent, by: RequestSigner, last: RequestSigner, chain: unknown[]): Uint8Array =>
  reopened(signRequest(content, last).body, (fields) => {
    fields["sender_pubkey"] = by.publicKey;
    fields["sender_delegation"] = chain;
  });

for (const [name, who] of Object.entries({ ed25519, p256, secp256k1 })) {
  void test(`a request signed with ${name} is from the principal of the key`, () => {
    const { body, requestId } = signRequest(call(who), who);
    const request = check(body);
    assert.equal(request.sender.toText(), selfAuthenticating(who.publicKey).toText());
    assert.deepEqual(Buffer.from(request.requestId), Buffer.from(requestId));
  });

  void test(`a request whose content was changed after signing with ${name} is refused`, () => {
    const { body } = signRequest(call(who), who);
    const other = signRequest(call(who, { method_name: "remove" }), who);
    const mixed = reopened(body, (fields) => {
      reopened(other.body, (others) => (fields["content"] = others["content"]));
    });
    assert.throws(() => check(mixed), { code: "request-unauthenticated", message: /signature does not verify/ });
  });
}

void test("the anonymous sender needs no signature and may not bring one", () => {
  const { body } = signRequest(call(undefined));
  assert.equal(check(body).sender.isAnonymous(), true);
  const signed = signRequest(call(undefined), ed25519);
  assert.throws(() => check(signed.body), { code: "request-unauthenticated" });
});

void test("a sender who does not sign, or signs with a key of another principal, is refused", () => {
  assert.throws(() => check(signRequest(call(ed25519)).body), { code: "request-unauthenticated", message: /missing/ });
  assert.throws(() => check(signRequest(call(ed25519), p256).body), {
    code: "request-unauthenticated",
    message: /not to the sender/,
  });
});

void test("a request is good until it expires and not more than five and a half minutes ahead", () => {
  const at = (ingress_expiry: bigint) => check(signRequest(call(ed25519, { ingress_expiry }), ed25519).body);
  at(NOW);
  at(NOW + (11n * MINUTE) / 2n);
  for (const expiry of [NOW - 1n, NOW + (11n * MINUTE) / 2n + 1n, 0n, 2n ** 64n - 1n]) {
    assert.throws(() => at(expiry), { code: "request-expired", message: /^Invalid request expiry: / });
  }
});

void test("anonymous reads are good with any expiry, signed reads are not", () => {
  check(signRequest(readTime(undefined, 0n)).body);
  assert.throws(() => check(signRequest(readTime(ed25519, 0n), ed25519).body), { code: "request-expired" });
});

void test("a chain of delegations lets its last key sign", () => {
  const chain = [delegate(ed25519, p256), delegate(p256, secp256k1, { targets: [CANISTER, OTHER] })];
  const request = check(delegated(call(ed25519), ed25519, secp256k1, chain));
  assert.equal(request.sender.toText(), selfAuthenticating(ed25519.publicKey).toText());
  assert.deepEqual([...(request.targets ?? [])], [CANISTER.toText(), OTHER.toText()]);
});

void test("targets of several delegations are taken together", () => {
  const chain = [
    delegate(ed25519, p256, { targets: [CANISTER] }),
    delegate(p256, secp256k1, { targets: [CANISTER, OTHER] }),
  ];
  const to = (canister_id: Principal) => check(delegated(call(ed25519, { canister_id }), ed25519, secp256k1, chain));
  to(CANISTER);
  assert.throws(() => to(OTHER), { code: "request-unauthenticated", message: /do not allow requests to canister/ });
});

void test("a delegation for queries only lets nobody call", () => {
  const chain = [delegate(ed25519, p256, { permissions: "queries" })];
  assert.throws(() => check(delegated(call(ed25519), ed25519, p256, chain)), { message: /queries only/ });
  check(delegated({ ...call(ed25519), request_type: "query" }, ed25519, p256, chain));
  check(delegated(call(ed25519), ed25519, p256, [delegate(ed25519, p256, { permissions: "all" })]));
});

void test("a delegation that expired, was signed by another, or goes in a circle is refused", () => {
  const bad: [RegExp, RequestSigner, Record<string, unknown>[]][] = [
    [/has expired/, p256, [delegate(ed25519, p256, { expiration: NOW - 1n })]],
    [/signature of delegation 1 of 1/, p256, [delegate(secp256k1, p256)]],
    [/used before/, ed25519, [delegate(ed25519, p256), delegate(p256, ed25519)]],
    [/used before/, ed25519, [delegate(ed25519, ed25519)]],
  ];
  for (const [message, last, chain] of bad) {
    assert.throws(() => check(delegated(call(ed25519), ed25519, last, chain)), {
      code: "request-unauthenticated",
      message,
    });
  }
});

void test("more than 20 delegations are refused", () => {
  const chain = Array.from({ length: 21 }, () => delegate(ed25519, p256));
  assert.throws(() => check(delegated(call(ed25519), ed25519, p256, chain)), { code: "request-malformed" });
});

void test("keys of other schemes are refused by name", () => {
  for (const [name, oid] of Object.entries({ WebAuthn: "01", canister: "02" })) {
    const publicKey = Buffer.from(`3020300c060a2b0601040183b84301${oid}0310000a00000000000000010101abcdef`, "hex");
    const who = { publicKey, sign: () => new Uint8Array(64) };
    assert.throws(() => check(signRequest(call(who), who).body), {
      code: "request-unauthenticated",
      message: new RegExp(`Requests with ${name} signatures are not supported`),
    });
  }
});

void test("a point that is not on the curve is no key", () => {
  const publicKey = Buffer.from(p256.publicKey);
  publicKey.fill(1, 60);
  const who = { publicKey, sign: () => new Uint8Array(64) };
  assert.throws(() => check(signRequest(call(who), who).body), { code: "request-unauthenticated", message: /curve/ });
});

for (const [why, change] of [
  ["a nonce of 33 bytes", { nonce: new Uint8Array(33) }],
  ["an unknown field", { surprise: 1 }],
  ["an argument that is text", { arg: "text" }],
  ["a negative expiry", { ingress_expiry: -1 }],
  ["a sender of 30 bytes", { sender: new Uint8Array(30) }],
  ["another type", { request_type: "delete" }],
  ["sender information", { sender_info: { info: new Uint8Array() } }],
] as const) {
  void test(`a request with ${why} is refused as malformed`, () => {
    const body = reopened(signRequest(call(undefined)).body, (fields) => {
      fields["content"] = Object.assign({}, fields["content"], change);
    });
    assert.throws(() => check(body), { code: "request-malformed" });
  });
}

void test("floating-point numbers, duplicate fields, trailing bytes and deep nesting are no requests", () => {
  const deep = Buffer.alloc(100_000, 0x81);
  for (const bytes of ["a161618101", "f93c00", "a2616101616102", "0000", "1800"].map((t) => Buffer.from(t, "hex"))) {
    assert.throws(() => decodeEnvelope(bytes), { code: "request-malformed" });
  }
  assert.throws(() => decodeEnvelope(deep), { code: "request-malformed", message: /nested deeper/ });
});
