import { test } from "node:test";
import assert from "node:assert/strict";
import { Agent, request as httpRequest } from "node:http";
import * as fc from "fast-check";
import { encodeCbor, Principal } from "@icos/certification";
import type { Logger } from "@icos/system";
import { CANISTER, startServer, SUBNET } from "../../test/server-fixture.ts";

const RUNS = { seed: 4711, numRuns: 400 };

/** A request as a client could try it, from nearly right to nonsense. */
const path = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("v1", "v2", "v3", "v4", "v5"),
      fc.constantFrom("canister", "subnet", "node"),
      fc.constantFrom(CANISTER.toText(), SUBNET.toText(), "aaaaa-aa", "-", "aaaaa-aaaaa"),
      fc.constantFrom("call", "query", "read_state", "", "status"),
    )
    .map(([version, scope, id, action]) => `/api/${version}/${scope}/${id}/${action}`),
  fc.constant(`/api/v4/canister/${CANISTER.toText()}/call`),
  fc.constant(`/api/v3/canister/${CANISTER.toText()}/query`),
  fc.constant(`/api/v3/canister/${CANISTER.toText()}/read_state`),
  fc.webPath().map((text) => text || "/"),
);
const method = fc.constantFrom("POST", "POST", "POST", "GET", "HEAD", "PUT", "OPTIONS");

const bytes = fc.uint8Array({ maxLength: 40 });
const labels = fc.oneof(
  fc
    .constantFrom("time", "subnet", "canister", "request_status", "canister_ranges", "metadata", "node")
    .map((text) => Buffer.from(text)),
  fc.constantFrom(CANISTER.toUint8Array(), SUBNET.toUint8Array(), new Uint8Array(32)),
  bytes,
);
const sender = fc.oneof(fc.constant(Principal.anonymous().toUint8Array()), bytes);
const expiry = fc.oneof(
  fc.constant(0).map(() => BigInt(Date.now() + 60_000) * 1_000_000n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.integer(),
);
const content = fc.oneof(
  fc.record(
    {
      request_type: fc.constantFrom("call", "query", "read_state", "other"),
      canister_id: fc.oneof(fc.constant(CANISTER.toUint8Array()), bytes),
      method_name: fc.oneof(fc.constantFrom("increment", "get", "crash", "trap", "certificate"), fc.string()),
      arg: bytes,
      sender,
      ingress_expiry: expiry,
      nonce: bytes,
    },
    { requiredKeys: ["request_type", "canister_id", "method_name", "arg", "sender", "ingress_expiry"] },
  ),
  fc.record({
    request_type: fc.constant("read_state"),
    paths: fc.array(fc.array(labels, { maxLength: 6 }), { maxLength: 5 }),
    sender,
    ingress_expiry: expiry,
  }),
  fc.object({ withBigInt: false }),
);
const envelope = fc
  .record(
    { content, sender_pubkey: bytes, sender_sig: bytes, sender_delegation: fc.array(fc.object()) },
    { requiredKeys: ["content"] },
  )
  .map((value) => {
    try {
      return encodeCbor(value);
    } catch {
      return new Uint8Array(); // fast-check makes values that have no CBOR form
    }
  });
/** A good message with a byte or two changed, or cut short. */
const damaged = fc
  .tuple(envelope, fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 2 }), fc.nat(300))
  .map(([good, changes, length]) => {
    const copy = Uint8Array.from(good);
    for (const [at, byte] of changes) if (at < copy.length) copy[at] = byte;
    return length < 250 ? copy : copy.subarray(0, length - 250);
  });
const body = fc.oneof(envelope, damaged, fc.uint8Array({ maxLength: 300 }));

const inTime = fc.integer({ min: 1_000, max: 300_000 }).map((ahead) => BigInt(Date.now() + ahead) * 1_000_000n);
const anonymous = fc.constant(Principal.anonymous().toUint8Array());
const here = fc.constant(CANISTER.toUint8Array());
/** A request that is right but for what it asks, to the path it is for. */
const plausible = fc
  .oneof(
    fc.record({
      request_type: fc.constantFrom("call", "query"),
      canister_id: here,
      method_name: fc.constantFrom("increment", "get", "crash", "trap", "certificate", "refuse", "missing"),
      arg: bytes,
      sender: anonymous,
      ingress_expiry: inTime,
    }),
    fc.record({
      request_type: fc.constant("read_state"),
      paths: fc.array(fc.array(labels, { maxLength: 3 }), { maxLength: 2 }),
      sender: anonymous,
      ingress_expiry: inTime,
    }),
  )
  .chain((asked) =>
    fc.tuple(
      fc.constant("POST"),
      fc.constantFrom(2, 3).map((v) => `/api/v${v}/canister/${CANISTER.toText()}/${asked.request_type}`),
      fc.constant(encodeCbor({ content: asked })),
    ),
  );
const attempt = fc.oneof(plausible, fc.tuple(method, path, body), fc.tuple(fc.constant("POST"), path, envelope));

void test("whatever is sent, the server answers with a status of the interface and goes on", async () => {
  const errors: unknown[] = [];
  const logger: Logger = {
    log: (severity, message, more) => {
      if (severity === "error" && message !== "A canister method trapped.") errors.push({ message, ...more });
    },
  };
  await using server = await startServer({ logger });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (verb: string, at: string, sent: Uint8Array): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = { "content-type": "application/cbor", "content-length": sent.length };
      const outgoing = httpRequest(server.url, { method: verb, path: at, headers, agent }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode));
      });
      outgoing.on("error", reject).end(sent);
    });
  const allowed = new Set([200, 202, 400, 403, 404, 405, 415]);
  const seen = new Set<number | undefined>();
  await fc.assert(
    fc.asyncProperty(attempt, async ([verb, at, sent]) => {
      const status = await send(verb, at, sent);
      seen.add(status);
      assert.ok(status !== undefined && allowed.has(status), `${verb} ${at} gave ${status}`);
    }),
    RUNS,
  );
  agent.destroy();
  for (const status of [200, 202, 400, 404, 405]) assert.ok(seen.has(status), `nothing was answered with ${status}`);
  assert.deepEqual(errors, []);
  assert.equal((await fetch(`${server.url}/api/v2/status`)).status, 200);
});
