import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseHostFirewall } from "@icos/config";
import { renderHostRuleset } from "./ruleset.ts";

const prefix = fc.oneof(
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.tuple(fc.ipV6(), fc.integer({ min: -1, max: 130 })).map(([address, length]) => `${address}/${length}`),
  fc.tuple(fc.ipV4(), fc.integer({ min: -1, max: 34 })).map(([address, length]) => `${address}/${length}`),
  fc.constantFrom("::/0", "0.0.0.0/0", "::ffff:1.2.3.4", "fe80::1%lo", "::1 }", "", "0", "::1 # x\n accept"),
  fc.string({ unit: "binary" }),
);
const list = fc.array(prefix, { maxLength: 3 });
const file = fc.record({ operators: list, observers: list, node_providers: list }, { requiredKeys: [] });

const ownNetwork = "2001:db8::/64";
const RULE =
  /^    ip6? saddr \{ [0-9a-f:.]+(\/[1-9]\d*)?(, [0-9a-f:.]+(\/[1-9]\d*)?)* \} ct state new tcp dport \{ \d+(, \d+)* \} accept # [a-z ]+$/;

void test("whatever the file says, it is refused or becomes a rule for each list and family, and nothing else", () => {
  const without = renderHostRuleset({ ownNetwork, operators: [], observers: [], node_providers: [] }).split("\n");
  fc.assert(
    fc.property(file, (value) => {
      let known;
      try {
        known = parseHostFirewall(JSON.stringify(value), "firewall.json");
      } catch (error) {
        assert.match(String(error), /The configuration of the host's firewall is not valid: /);
        return;
      }
      const lines = renderHostRuleset({ ...known, ownNetwork }).split("\n");
      const more = lines.filter((line) => !without.includes(line));
      for (const line of more) assert.match(line, RULE);
      assert.ok(more.length <= 6);
      assert.deepEqual(
        lines.filter((line) => without.includes(line)),
        without,
      );
    }),
    { seed: 1, numRuns: 2_000 },
  );
});
