import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type CommitteePublicKey, Principal, verifyCommitteeKey } from "@icos/certification";
import { nextVersion, RegistryState, standardRules, TESTNET_NODE_KEYS } from "@icos/registry";
import { GOVERNANCE, initialMutations, OPERATOR, START } from "../../../registry/test/network.ts";
import { testNode } from "../../../registry/test/nodes.ts";
import { RegistryCanister } from "../canister.ts";
import { METHOD_CODECS } from "../candid/methods.ts";
import { encodeArgument } from "../candid/message.ts";
import type { KeyChecks } from "../key-checks/key-checker.ts";
import { RegistryDatabase } from "./database.ts";
import { DurableRegistry } from "./durable-registry.ts";

const rules = { ...standardRules(GOVERNANCE), requiredNodeKeys: TESTNET_NODE_KEYS, requireSubnetKeys: false };
const { payload } = testNode(0);
const arg = encodeArgument(METHOD_CODECS.add_node.payload, payload);
const call = { method: "add_node", arg, caller: OPERATOR, time: START } as const;

/** Says what is asked of it, in order. */
class RecordedChecks implements KeyChecks {
  readonly asked: string[] = [];
  readonly #known = new Map<string, boolean>();

  verify(key: CommitteePublicKey): boolean {
    const known = this.#known.get(nameOf(key));
    this.asked.push(known === undefined ? "verify" : "recall");
    return known ?? verifyCommitteeKey(key);
  }

  knows(key: CommitteePublicKey): boolean {
    return this.#known.has(nameOf(key));
  }

  check(key: CommitteePublicKey): Promise<void> {
    this.asked.push("check");
    this.#known.set(nameOf(key), verifyCommitteeKey(key));
    return Promise.resolve();
  }
}

const nameOf = ({ publicKey, proofOfPossession }: CommitteePublicKey): string =>
  Buffer.concat([publicKey, proofOfPossession]).toString("hex");

async function withRegistry(
  work: (canister: RegistryCanister, checks: RecordedChecks) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-nns-"));
  const database = new RegistryDatabase(join(directory, "registry.sqlite"));
  try {
    const checks = new RecordedChecks();
    const registry = new DurableRegistry(database, rules, checks);
    const first = nextVersion(new RegistryState(), rules, initialMutations(), START);
    registry.append({ versions: first ? [first] : [] });
    await work(new RegistryCanister(registry), checks);
  } finally {
    database.close();
    await rm(directory, { recursive: true, force: true });
  }
}

void test("a key is checked ahead, once, and the mutation recalls the verdict", async () => {
  await withRegistry(async (canister, checks) => {
    await canister.prepare(call);
    assert.equal(canister.prepare(call), undefined);
    assert.equal(canister.update(call).kind, "reply");
    assert.deepEqual(checks.asked, ["check", "recall"]);
  });
});

void test("a call that was not prepared is decided in the same way", async () => {
  await withRegistry(async (canister, checks) => {
    assert.equal(canister.update(call).kind, "reply");
    assert.deepEqual(checks.asked, ["verify"]);
  });
});

void test("a bad proof of possession that was checked ahead is refused as it would be otherwise", async () => {
  const other = testNode(1).payload.committee_signing_pk;
  const cut = Buffer.concat([payload.committee_signing_pk.subarray(0, -48), other.subarray(-48)]);
  const bad = {
    ...call,
    arg: encodeArgument(METHOD_CODECS.add_node.payload, { ...payload, committee_signing_pk: cut }),
  };
  const outcomes: unknown[] = [];
  for (const prepared of [true, false]) {
    await withRegistry(async (canister, checks) => {
      if (prepared) await canister.prepare(bad);
      outcomes.push(canister.update(bad));
      assert.deepEqual(checks.asked, prepared ? ["check", "recall"] : ["verify"]);
    });
  }
  assert.deepEqual(outcomes[0], outcomes[1]);
  assert.match(JSON.stringify(outcomes[0]), /node-key-invalid/);
});

void test("nothing is checked for a caller who may not call, for another method or for a malformed argument", async () => {
  await withRegistry(async (canister, checks) => {
    for (const each of [
      { ...call, caller: Principal.anonymous() },
      { ...call, method: "remove_nodes" },
      { ...call, method: "no_such_method" },
      { ...call, arg: Buffer.from("DIDLx") },
    ]) {
      assert.equal(canister.prepare(each), undefined);
    }
    assert.deepEqual(checks.asked, []);
  });
});
