import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  checkInvariants,
  checkWholeRegistry,
  INVARIANTS,
  type KeyChange,
  OverlayView,
  type RegistryRules,
  RegistryState,
  standardRules,
  TESTNET_NODE_KEYS,
} from "../index.ts";
import { naiveViolations, NAIVE_RULES } from "../../test/naive-rules.ts";
import { GOVERNANCE } from "../../test/network.ts";
import { rawChanges, startChanges } from "../../test/raw-changes.ts";

const RULES: RegistryRules = {
  ...standardRules(GOVERNANCE),
  requiredNodeKeys: TESTNET_NODE_KEYS,
  requireSubnetKeys: false,
  rateLimits: false,
};

/** The rules that a change of the small registry would break, checked both ways; made when there are none. */
class TwoCheckers {
  readonly state = new RegistryState();
  readonly records = new Map<string, Uint8Array>();
  readonly rules: RegistryRules;

  constructor(rules: RegistryRules) {
    this.rules = rules;
  }

  apply(wanted: readonly KeyChange[]): ReadonlySet<string> {
    const last = new Map(wanted.map(({ key, value }) => [key, value]));
    const changes = Array.from(last, ([key, value]) => ({ key, value }))
      .filter(({ key, value }) => value !== undefined || this.records.has(key))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const records = new Map(this.records);
    for (const { key, value } of changes) {
      if (value === undefined) records.delete(key);
      else records.set(key, value);
    }
    const found = checkInvariants(this.state, new OverlayView(this.state, changes), changes, this.rules);
    const names = new Set(found.map(({ invariant }) => invariant));
    compare(names, naiveViolations(records, this.rules), found);
    if (names.size > 0 || changes.length === 0) return names;
    this.state.commit({ version: this.state.version + 1, time: 0n, changes });
    for (const { key, value } of changes) {
      if (value === undefined) this.records.delete(key);
      else this.records.set(key, value);
    }
    return names;
  }
}

function compare(incremental: ReadonlySet<string>, naive: ReadonlySet<string>, details: unknown): void {
  // What a wrongly named key belongs to is nobody's to say, and a wrong routing table hosts nothing.
  const unsure = naive.has("key-names")
    ? naive.union(incremental)
    : new Set(naive.has("routing") ? ["canister-migrations"] : []);
  const sure = (names: ReadonlySet<string>): string[] => [...names.difference(unsure)].sort();
  assert.deepEqual(
    [sure(incremental), incremental.has("key-names")],
    [sure(naive), naive.has("key-names")],
    JSON.stringify(details),
  );
}

void test("what a change breaks is found by looking at the change, as by looking at everything", () => {
  const broken = new Map(INVARIANTS.map(({ name }) => [name, 0]));
  let good = 0;
  fc.assert(
    fc.property(fc.array(rawChanges, { minLength: 10, maxLength: 40 }), (sequence) => {
      const checkers = new TwoCheckers(RULES);
      assert.deepEqual([...checkers.apply(startChanges)], []);
      for (const changes of sequence) {
        const names = checkers.apply(changes);
        if (names.size === 0) good++;
        for (const name of names) broken.set(name, (broken.get(name) ?? 0) + 1);
      }
      assert.deepEqual(checkWholeRegistry(checkers.state, checkers.rules), []);
    }),
    { numRuns: 150, seed: 1 },
  );
  // The test is worth something only if every rule was broken, and many changes were good.
  assert.ok(good > 500, `${good} good changes`);
  assert.deepEqual(
    [...broken].filter(([, times]) => times < 3),
    [],
  );
  assert.deepEqual(NAIVE_RULES.toSorted(), INVARIANTS.map(({ name }) => name).toSorted());
});
