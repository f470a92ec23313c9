import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import {
  authenticateRequest,
  buildHashTree,
  createCertificateVerifier,
  decodeEnvelope,
  encodeCbor,
  encodeCertificate,
  encodeUnsignedLeb128,
  Principal,
  stateRootMessage,
  ThresholdKey,
  utf8,
  type LabeledData,
} from "@icos/certification";
import { IcosError } from "@icos/system";
import type { HttpAnswer } from "./http-post.ts";
import { operatorSigner } from "./operator-key.ts";
import { updateCall } from "./update-call.ts";
import { VirtualClock } from "@icos/system/virtual-clock";

const CANISTER = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");
const rootKey = ThresholdKey.generate();
const pem = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey.export({ type: "sec1", format: "pem" });
const signer = operatorSigner(pem, "operator.pem");

type Status = Record<string, Uint8Array> | undefined;

/** A replica that authenticates requests and shows the given states of the request one after the other. */
class FakeReplica {
  readonly clock = new VirtualClock();
  readonly methods: string[] = [];
  key = rootKey;
  statuses: Status[] = [];
  submitAnswer: HttpAnswer = { status: 202, body: new Uint8Array() };

  async post(url: URL, body: Uint8Array): Promise<HttpAnswer> {
    const { content, sender, requestId } = authenticateRequest(
      decodeEnvelope(body),
      BigInt(this.clock.now()) * 1_000_000n,
    );
    assert.equal(sender.toText(), signer.principal.toText());
    if (content.request_type === "call") {
      assert.equal(url.pathname, `/api/v2/canister/${CANISTER.toText()}/call`);
      assert.equal(content.canister_id.toText(), CANISTER.toText());
      this.methods.push(content.method_name);
      this.#call = requestId;
      return this.submitAnswer;
    }
    assert.equal(url.pathname, `/api/v2/canister/${CANISTER.toText()}/read_state`);
    assert.ok(content.request_type === "read_state");
    assert.deepEqual(
      content.paths.map((path) => path.map((label) => Buffer.from(label))),
      [[Buffer.from("request_status"), Buffer.from(this.#call)]],
    );
    const status = this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0];
    return { status: 200, body: encodeCbor({ certificate: this.#certificate(status) }) };
  }

  #call: Uint8Array = new Uint8Array();

  #certificate(status: Status): Uint8Array {
    const fields = new Map<string, LabeledData>(Object.entries(status ?? {}));
    const tree = buildHashTree(
      new Map<string, LabeledData>([
        ["request_status", new Map<Uint8Array, LabeledData>(status ? [[this.#call, fields]] : [])],
        ["time", encodeUnsignedLeb128(BigInt(this.clock.now()) * 1_000_000n)],
      ]),
    );
    return encodeCertificate({ tree, signature: this.key.sign(stateRootMessage(tree.digest)) });
  }

  async call(): Promise<string> {
    const verifier = createCertificateVerifier({ rootKey: rootKey.publicKey.der });
    const clock = {
      now: () => this.clock.now(),
      sleep: async (milliseconds: number) => this.clock.advance(milliseconds * 60),
    };
    const url = new URL("http://[::1]:8080");
    const modules = { post: (to: URL, body: Uint8Array) => this.post(to, body), signer, verifier, clock };
    const request = { url, canisterId: CANISTER, method: "add_node", arg: utf8("arg") };
    return Buffer.from(await updateCall(request, modules, new AbortController().signal)).toString();
  }
}

const fails =
  (code: string, details: Record<string, unknown> = {}) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof IcosError, String(error));
    assert.equal(error.code, code);
    assert.deepEqual({ ...error.details, ...details }, error.details);
    return true;
  };

void test("a call is signed, submitted once, and its certified reply returned when there is one", async () => {
  const replica = new FakeReplica();
  replica.statuses = [
    undefined,
    { status: utf8("received") },
    { status: utf8("processing") },
    { status: utf8("replied"), reply: utf8("done") },
  ];
  assert.equal(await replica.call(), "done");
  assert.deepEqual(replica.methods, ["add_node"]);
});

void test("a rejection comes as an error with its codes", async () => {
  const replica = new FakeReplica();
  const code = encodeUnsignedLeb128(4n);
  replica.statuses = [
    { status: utf8("rejected"), reject_code: code, reject_message: utf8("no quota"), error_code: utf8("IC0406") },
  ];
  await assert.rejects(replica.call(), fails("call-rejected", { rejectCode: 4, errorCode: "IC0406" }));
  const body = encodeCbor({ status: "non_replicated_rejection", reject_code: 3, reject_message: "no such canister" });
  replica.submitAnswer = { status: 200, body };
  await assert.rejects(replica.call(), fails("call-rejected", { rejectCode: 3 }));
});

void test("an answer that another root key certified is refused", async () => {
  const replica = new FakeReplica();
  replica.statuses = [{ status: utf8("replied"), reply: utf8("forged") }];
  replica.key = ThresholdKey.generate();
  await assert.rejects(replica.call(), fails("certificate-signature"));
});

void test("a call without a result ends when it has expired; one whose result is lost says so", async () => {
  const replica = new FakeReplica();
  replica.statuses = [undefined];
  await assert.rejects(replica.call(), fails("call-timeout"));
  replica.statuses = [{ status: utf8("done") }];
  await assert.rejects(replica.call(), fails("call-result-lost"));
});

void test("an HTTP error is reported with status and text", async () => {
  const replica = new FakeReplica();
  replica.submitAnswer = { status: 400, body: utf8("the request has expired") };
  await assert.rejects(replica.call(), fails("request-refused", { status: 400 }));
});

void test("what is not an answer of the interface is refused", async () => {
  const replica = new FakeReplica();
  replica.submitAnswer = { status: 200, body: utf8("<html>") };
  await assert.rejects(replica.call(), fails("answer-malformed"));
});
