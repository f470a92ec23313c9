import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { HttpAgent, QueryResponseStatus } from "@icp-sdk/core/agent";
import { IDL } from "@icp-sdk/core/candid";
import {
  encodeChangesSinceRequest,
  encodeChunkRequest,
  decodeChunkReply,
  HighCapacityRegistryGetChangesSinceResponseSchema,
  HighCapacityRegistryGetValueResponseSchema,
  REGISTRY_CANISTER_ID,
  registryKey,
} from "@icos/registry";
import { testNns, type TestNns } from "../test/nns-fixture.ts";

const KEY = registryKey.unassignedNodesConfig;
/** A value that does not fit into a reply. */
const sshKey = `ssh-ed25519 ${"A".repeat(1_500_000)}`;
const Chunk = IDL.Variant({ Ok: IDL.Record({ content: IDL.Opt(IDL.Vec(IDL.Nat8)) }), Err: IDL.Text });
const ChunkRequest = IDL.Record({ content_sha256: IDL.Opt(IDL.Vec(IDL.Nat8)) });

async function query(test: TestNns, methodName: string, arg: Uint8Array): Promise<Uint8Array> {
  const agent = await HttpAgent.create({ host: test.url, rootKey: test.nns.rootKey, verifyQuerySignatures: true });
  const answer = await agent.query(REGISTRY_CANISTER_ID.toText(), { methodName, arg });
  if (answer.status !== QueryResponseStatus.Replied) throw new Error(answer.reject_message);
  return answer.reply.arg;
}

/** Of the value at the key, by `get_value`. */
async function chunkKeys(test: TestNns): Promise<readonly Uint8Array[]> {
  const request = Buffer.concat([Buffer.from([0x12, KEY.length]), Buffer.from(KEY)]);
  const { content } = fromBinary(HighCapacityRegistryGetValueResponseSchema, await query(test, "get_value", request));
  return content.case === "largeValueChunkKeys" ? content.value.chunkContentSha256s : [];
}

void test("a value too large for a reply goes to clients in chunks, also after a restart", async () => {
  const first = await testNns();
  await first.governance.updateUnassignedNodesConfig({ ssh_readonly_access: [sshKey] });
  const before = await chunkKeys(first);
  assert.equal(before.length, 1);
  await using test = await first.restart();
  assert.deepEqual(await chunkKeys(test), before);
  const history = await test.client().history();
  assert.ok(Buffer.from(history.value(KEY) ?? []).includes(sshKey));
  const changes = fromBinary(
    HighCapacityRegistryGetChangesSinceResponseSchema,
    await query(test, "get_changes_since", encodeChangesSinceRequest(1)),
  );
  assert.deepEqual([changes.version, changes.deltas[0]?.values[0]?.content.case], [2n, "largeValueChunkKeys"]);
});

void test("get_chunk is candid, for this project's client and any other", async () => {
  await using test = await testNns();
  await test.governance.updateUnassignedNodesConfig({ ssh_readonly_access: [sshKey] });
  const [sha256 = new Uint8Array()] = await chunkKeys(test);
  const ask = async (content_sha256: [] | [Uint8Array]): Promise<unknown> => {
    const arg = IDL.encode([ChunkRequest], [{ content_sha256 }]);
    return IDL.decode([Chunk], await query(test, "get_chunk", arg))[0];
  };
  const chunk = decodeChunkReply(await query(test, "get_chunk", encodeChunkRequest(sha256)));
  assert.ok(Buffer.from(chunk).includes(sshKey));
  assert.deepEqual(await ask([sha256]), { Ok: { content: [new Uint8Array(chunk)] } });
  assert.deepEqual(await ask([]), { Err: "The request names no content_sha256." });
  assert.match(JSON.stringify(await ask([new Uint8Array(32)])), /No chunk has the SHA-256 0000/);
  const unknown = await query(test, "get_chunk", encodeChunkRequest(new Uint8Array(32)));
  assert.throws(() => decodeChunkReply(unknown), { code: "registry-chunk-missing" });
});
