import { test } from "node:test";
import assert from "node:assert/strict";
import { lookup, Principal, signRequest, utf8, type RequestSigner } from "@icos/certification";
import { MINUTE, now, verifier, post, fields, bytesOf, call, readState, canisterPath } from "../../test/client.ts";
import { CANISTER, KEY, newSigner, startServer, SUBNET } from "../../test/server-fixture.ts";

void test("the status endpoint tells the root key, the version and the health", async () => {
  let health: "starting" | "healthy" = "starting";
  await using server = await startServer({ health: () => health });
  const status = async (): Promise<Record<string, unknown>> =>
    fields(new Uint8Array(await (await fetch(`${server.url}/api/v2/status`)).arrayBuffer()));
  const first = await status();
  assert.deepEqual(Buffer.from(bytesOf(first["root_key"])), Buffer.from(KEY.publicKey.der));
  assert.equal(first["impl_version"], "1.2.3");
  assert.equal(first["replica_health_status"], "starting");
  const refused = await post(canisterPath(server.url, 4, "call"), signRequest(call(undefined)).body);
  assert.equal(refused.status, 503);
  health = "healthy";
  assert.equal((await status())["replica_health_status"], "healthy");
});

void test("a call that is sent again is executed once and answered the same", async () => {
  await using server = await startServer();
  const signer = newSigner();
  const { body, requestId } = signRequest(call(signer), signer);
  const replies = [];
  for (const version of [4, 3, 4]) {
    const answer = await post(canisterPath(server.url, version, "call"), body);
    const { tree } = verifier.verify(bytesOf(fields(answer.body)["certificate"]));
    replies.push(lookup(["request_status", requestId, "reply"], tree));
  }
  assert.equal((await post(canisterPath(server.url, 2, "call"), body)).status, 202);
  assert.equal(server.canister.count, 1);
  const [first] = replies;
  assert.deepEqual(replies, [first, first, first]);
  assert.equal(first?.kind, "found");
});

void test("a call that another process took before is not executed, its outcome counts as done", async () => {
  const taken = new Set<string>();
  const hex = (id: Uint8Array): string => Buffer.from(id).toString("hex");
  const replayGuard = { has: (id: Uint8Array) => taken.has(hex(id)), add: (id: Uint8Array) => void taken.add(hex(id)) };
  const { body, requestId } = signRequest(call(undefined));
  {
    await using before = await startServer({ replayGuard });
    await post(canisterPath(before.url, 2, "call"), body);
    assert.equal(before.canister.count, 1);
  }
  await using server = await startServer({ replayGuard });
  const answer = await post(canisterPath(server.url, 4, "call"), body);
  const { tree } = verifier.verify(bytesOf(fields(answer.body)["certificate"]));
  const status = lookup(["request_status", requestId, "status"], tree);
  assert.equal(status.kind === "found" && Buffer.from(status.value).toString(), "done");
  assert.equal(server.canister.count, 0);
});

void test("an expired, a wrongly signed and a misdirected call are refused with 400 and not executed", async () => {
  await using server = await startServer();
  const [signer, other] = [newSigner(), newSigner()];
  const forged = { publicKey: signer.publicKey, sign: (message: Uint8Array) => other.sign(message) };
  const ledger = Principal.fromText("ryjl3-tyaaa-aaaaa-aaaba-cai");
  for (const [body, text] of [
    [signRequest(call(signer, { ingress_expiry: now() - MINUTE }), signer).body, /^Invalid request expiry: /],
    [signRequest(call(signer, { ingress_expiry: now() + 10n * MINUTE }), signer).body, /^Invalid request expiry: /],
    [signRequest(call(signer), forged).body, /signature does not verify/],
    [signRequest(call(signer), other).body, /not to the sender/],
    [signRequest(call(signer)).body, /missing/],
    [signRequest(call(signer, { canister_id: ledger }), signer).body, /has to be sent to that canister/],
    [signRequest({ ...call(signer), request_type: "query" }, signer).body, /takes requests of type call/],
    [Uint8Array.of(0xff, 0xff), /not valid CBOR/],
  ] as const) {
    const answer = await post(canisterPath(server.url, 4, "call"), body);
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, text);
  }
  assert.equal(server.canister.count, 0);
});

void test("a canister that is not there, and the management canister, reject with IC0301", async () => {
  await using server = await startServer();
  const ledger = Principal.fromText("ryjl3-tyaaa-aaaaa-aaaba-cai");
  for (const canister_id of [ledger, Principal.managementCanister()]) {
    const { body } = signRequest(call(undefined, { canister_id }));
    for (const version of [2, 4]) {
      const answer = fields((await post(canisterPath(server.url, version, "call", ledger), body)).body);
      assert.deepEqual(
        [answer["status"], answer["reject_code"], answer["error_code"]],
        ["non_replicated_rejection", 3, "IC0301"],
      );
    }
  }
});

void test("the status of a call can be read by its sender only", async () => {
  await using server = await startServer();
  const [signer, other] = [newSigner(), newSigner()];
  const { body, requestId } = signRequest(call(signer), signer);
  await post(canisterPath(server.url, 2, "call"), body);
  const path = [utf8("request_status"), requestId];
  const read = (by: RequestSigner) =>
    post(canisterPath(server.url, 3, "read_state"), signRequest(readState(by, [path]), by).body);
  assert.equal((await read(other)).status, 403);
  const { tree } = verifier.verify(bytesOf(fields((await read(signer)).body)["certificate"]));
  assert.equal(lookup(["request_status", requestId, "reply"], tree).kind, "found");
  const unknown = signRequest(readState(other, [[utf8("request_status"), new Uint8Array(32)]]), other);
  const answer = await post(canisterPath(server.url, 3, "read_state"), unknown.body);
  const absent = verifier.verify(bytesOf(fields(answer.body)["certificate"])).tree;
  assert.equal(lookup(["request_status", new Uint8Array(32), "status"], absent).kind, "absent");
});

void test("certified data, unknown paths and other canisters cannot be read", async () => {
  await using server = await startServer();
  const id = CANISTER.toUint8Array();
  const other = Principal.fromText("ryjl3-tyaaa-aaaaa-aaaba-cai").toUint8Array();
  for (const path of [
    [utf8("canister"), id, utf8("certified_data")],
    [utf8("canister"), id],
    [utf8("canister"), other, utf8("controllers")],
    [utf8("canister_ranges"), SUBNET.toUint8Array()],
    [utf8("request_status")],
    [utf8("time"), utf8("zone")],
    [utf8("nothing")],
    [],
  ]) {
    const { body } = signRequest(readState(undefined, [path]));
    assert.equal((await post(canisterPath(server.url, 3, "read_state"), body)).status, 404);
  }
  const { body } = signRequest(readState(undefined, [[utf8("canister_ranges"), SUBNET.toUint8Array()]]));
  const answer = await post(`${server.url}/api/v3/subnet/${SUBNET.toText()}/read_state`, body);
  assert.equal(answer.status, 200);
});

void test("reads sign nothing while nothing changes, and a data certificate is made once for its data", async () => {
  await using server = await startServer({ limits: { timeStep: 60_000 } });
  const read = () =>
    post(canisterPath(server.url, 3, "read_state"), signRequest(readState(undefined, [[utf8("time")]])).body);
  await read();
  assert.equal(server.signatures.count, 1);
  await Promise.all([read(), read(), read()]);
  assert.equal(server.signatures.count, 1);
  const certificates = async (): Promise<unknown> => {
    const { body } = signRequest({ ...call(undefined, { method_name: "certificate" }), request_type: "query" });
    return fields((await post(canisterPath(server.url, 3, "query"), body)).body)["reply"];
  };
  const first = await certificates();
  assert.deepEqual(await certificates(), first);
  assert.equal(server.signatures.count, 1);
  await post(canisterPath(server.url, 4, "call"), signRequest(call(undefined)).body);
  assert.notDeepEqual(await certificates(), first);
  assert.equal(server.signatures.count, 2);
});
