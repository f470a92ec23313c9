import assert from "node:assert/strict";
import { test } from "node:test";
import { IDL } from "@icp-sdk/core/candid";
import { Principal } from "@icos/certification";
import { opt, record, reserved } from "./codec.ts";
import { decodeArgument, encodeArgument, encodeReply } from "./message.ts";
import type { PayloadOf, RegistryMethod } from "@icos/registry";
import { METHOD_CODECS, type MethodCodec } from "./methods.ts";
import { testNode } from "../../../registry/test/nodes.ts";
import { METHODS, SAMPLE_PAYLOADS } from "../../../registry/test/payloads.ts";

const { payload: codec } = METHOD_CODECS.add_node;
const { payload } = testNode(0);

void test("a payload comes back as it was, optional fields and all", () => {
  const more = {
    ...payload,
    domain: "node.example",
    public_ipv4_config: { ip_addr: "8.8.8.8", gateway_ip_addr: "8.8.8.1", prefix_length: 24 },
  };
  for (const value of [payload, more]) assert.deepEqual(decodeArgument(codec, encodeArgument(codec, value)), value);
});

void test("every method takes its payload with every field set, and gives it back as it was", () => {
  const again = <M extends RegistryMethod>(method: M) => {
    const codec: MethodCodec<PayloadOf<M>, unknown>["payload"] = METHOD_CODECS[method].payload;
    return decodeArgument(codec, encodeArgument(codec, SAMPLE_PAYLOADS[method]));
  };
  for (const method of METHODS) assert.deepEqual(again(method), SAMPLE_PAYLOADS[method], method);
});

void test("fields that are not known are skipped, and optional ones may be missing", () => {
  const { remove_nodes } = METHOD_CODECS;
  const type = IDL.Record({ node_ids: IDL.Vec(IDL.Principal), more: IDL.Vec(IDL.Text) });
  const node = Principal.anonymous();
  const bytes = IDL.encode([type], [{ node_ids: [node], more: ["x"] }]);
  assert.deepEqual(
    decodeArgument(remove_nodes.payload, bytes).node_ids.map((id) => id.toText()),
    [node.toText()],
  );
  const empty = IDL.encode([IDL.Record({})], [{}]);
  assert.deepEqual(decodeArgument(METHOD_CODECS.update_unassigned_nodes_config.payload, empty), {});
});

void test("a field of any type where nothing is supported shows that it is there", () => {
  const type = IDL.Record({
    subnet_id: IDL.Opt(IDL.Principal),
    attestation: IDL.Opt(IDL.Record({ report: IDL.Text })),
  });
  const codec = record<{ attestation?: unknown }>("Payload", { attestation: opt(reserved) });
  const value = (attestation: readonly unknown[]) => IDL.encode([type], [{ subnet_id: [], attestation }]);
  assert.deepEqual(decodeArgument(codec, value([{ report: "x" }])), { attestation: null });
  assert.deepEqual(decodeArgument(codec, value([])), {});
});

void test("a kernel command line is taken from older and newer clients", () => {
  const { payload } = METHOD_CODECS.revise_elected_guestos_versions;
  const decoded = (type: IDL.Type, kernel_cmdline: unknown) => {
    const metadata = IDL.Opt(IDL.Record({ kernel_cmdline: type }));
    const list = IDL.Record({
      guest_launch_measurements: IDL.Vec(IDL.Record({ measurement: IDL.Vec(IDL.Nat8), metadata })),
    });
    const all = IDL.Record({
      release_package_urls: IDL.Vec(IDL.Text),
      replica_versions_to_unelect: IDL.Vec(IDL.Text),
      guest_launch_measurements: IDL.Opt(list),
    });
    const guest_launch_measurements = [
      { guest_launch_measurements: [{ measurement: [1], metadata: [{ kernel_cmdline }] }] },
    ];
    const value = { release_package_urls: [], replica_versions_to_unelect: [], guest_launch_measurements };
    const { guest_launch_measurements: found } = decodeArgument(payload, IDL.encode([all], [value]));
    return found?.guest_launch_measurements[0]?.metadata?.kernel_cmdline;
  };
  assert.equal(decoded(IDL.Text, "quiet"), "quiet");
  assert.equal(decoded(IDL.Opt(IDL.Text), ["quiet"]), "quiet");
  assert.equal(decoded(IDL.Opt(IDL.Text), []), undefined);
});

void test("the reply of create_subnet has upstream's form", () => {
  const { reply } = METHOD_CODECS.create_subnet;
  const id = Principal.anonymous();
  const type = IDL.Variant({ Ok: IDL.Record({ new_subnet_id: IDL.Opt(IDL.Principal) }), Err: IDL.Text });
  const [value] = IDL.decode([type], encodeReply(reply, { new_subnet_id: id })) as unknown as [
    { Ok: { new_subnet_id: [Principal] } },
  ];
  assert.equal(value.Ok.new_subnet_id[0].toText(), id.toText());
  assert.ok(reply);
  const error = IDL.encode([type], [{ Err: "No." }]);
  assert.throws(() => decodeArgument(reply, error), { code: "registry-refused", message: "No." });
});

const didl = (...bytes: readonly number[]): Uint8Array => Buffer.concat([Buffer.from("DIDL"), Buffer.from(bytes)]);
const leb = (value: number): number[] =>
  value < 128 ? [value] : [(value & 0x7f) | 0x80, ...leb(Math.floor(value / 128))];

for (const [what, bytes] of [
  ["nothing", new Uint8Array()],
  ["other bytes", Buffer.from("hello")],
  ["no argument", didl(0, 0)],
  ["text in place of a record", didl(0, 1, 0x71, 0)],
  ["two billion nulls", didl(1, 0x6d, 0x7f, 1, 0, ...leb(2 ** 31))],
  ["two billion empty records", didl(2, 0x6d, 1, 0x6c, 0, 1, 0, ...leb(2 ** 31))],
  ["a record that contains itself", didl(1, 0x6c, 1, 0, 0, 1, 0)],
  [
    "records that unfold without end",
    didl(
      4,
      ...[1, 2, 3].flatMap((next) => [0x6c, ...leb(100), ...Array.from({ length: 100 }, (_, i) => [i, next]).flat()]),
      0x6c,
      0,
      1,
      0,
    ),
  ],
  ["a type table that is cut off", didl(9, 0x6c)],
  ["a field count beyond the message", didl(1, 0x6c, ...leb(2 ** 31))],
  ["ten thousand nested options", didl(1, 0x6e, 0, 1, 0, ...Array.from({ length: 100_000 }, () => 1), 0)],
] as const) {
  void test(`a message of ${what} is refused at once`, () => {
    assert.throws(() => decodeArgument(codec, bytes), { code: "candid-malformed" });
  });
}
