import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { firewallSection } from "@icos/config";
import { packetRules } from "./packet-rule.ts";
import { renderRuleset } from "./ruleset.ts";

/** Texts as they are meant, and texts that would be more than they seem. */
const prefix = fc.oneof(
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.constantFrom(
    "10.0.0.0/8",
    "2001:db8::/32",
    "::/0",
    "::ffff:1.2.3.4",
    "fe80::1%lo",
    "1.2.3.4/33",
    "::1 }",
    "",
    "0",
  ),
  fc.string({ unit: "binary" }),
);
const rule = fc.record({
  ipv4Prefixes: fc.array(prefix, { maxLength: 2 }),
  ipv6Prefixes: fc.array(prefix, { maxLength: 2 }),
  ports: fc.array(fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.integer()), { maxLength: 3 }),
  action: fc.integer({ min: -1, max: 4 }),
  comment: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("a\nb", "<<PORTS>>", "$&", "# x\r\u2028accept")),
  user: fc.option(fc.oneof(fc.constantFrom("ic-http-adapter", "a b", "x;"), fc.string()), { nil: undefined }),
  direction: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
});
const section = firewallSection("replica", { network: "2001:db8::/64", host: "2001:db8::2" });
const ADDRESSES = String.raw`(ip|ip6) [sd]addr \{ [0-9a-f:./]+(, [0-9a-f:./]+)* \}`;
const LINE = new RegExp(
  String.raw`^    (meta skuid [a-z0-9_-]+ )?${ADDRESSES} ct state new tcp dport \{ \d+(, \d+)* \} (accept|drop|reject) # [\x20-\x7e]*$`,
);

void test("whatever a rule says, it is refused or becomes one line of a ruleset for each family, and nothing else", () => {
  const without = renderRuleset(section, { tcp: [], udp: [] }).split("\n");
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 3 }), (rules) => {
      let checked;
      try {
        checked = packetRules(rules, "a scope");
      } catch (error) {
        assert.match(String(error), /The firewall rules of a scope are not valid: rule \d has /);
        return;
      }
      const lines = renderRuleset(section, { tcp: checked, udp: [] }).split("\n");
      const more = lines.filter((line) => LINE.test(line) && !without.includes(line));
      assert.deepEqual(
        lines.filter((line) => !more.includes(line)),
        without,
      );
      assert.ok(more.length <= 2 * rules.length);
    }),
    { seed: 1, numRuns: 2_000 },
  );
});
