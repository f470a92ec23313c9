import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { formatConfigIni, formatDeploymentJson } from "../stick/stick-answers.ts";
import { CONFIG_INI_KEYS, KEYS_WITHOUT_EFFECT } from "./config-ini-keys.ts";
import { parseConfigIni } from "./config-ini.ts";
import { parseDeploymentJson } from "./deployment-json.ts";
import { editDistance } from "./nearest.ts";
import { hasErrors, type Parsed } from "./problem.ts";
import { shown } from "./shown.ts";

/** Lines that are nearly right: known keys in any case, values of several forms, odd blanks and ends. */
const key = fc.oneof(fc.constantFrom(...CONFIG_INI_KEYS, ...KEYS_WITHOUT_EFFECT.keys(), "IPV6_PREFIX"), fc.string());
const iniValue = fc.oneof(
  fc.constantFrom("2a00:1:2:3", "::1", "1.2.3.4", "24", "true", "", "a.b", "type3.1", " x # y", '"x"'),
  fc.ipV6(),
  fc.ipV4(),
  fc.domain(),
  fc.string({ unit: "binary" }),
);
const iniLine = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(key, fc.constantFrom("=", " = ", "\t="), iniValue).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  { weight: 1, arbitrary: fc.constantFrom("# x", ";", "[a]", "[", "\ufeff", "\0", "-----BEGIN X-----") },
);
const iniText = fc
  .tuple(fc.array(iniLine), fc.constantFrom("\n", "\r\n"))
  .map(([lines, end]) => Buffer.from(lines.join(end)));
const bytes = fc.uint8Array({ maxLength: 200 });

function assertSound<Value>(parsed: Parsed<Value>, input: Uint8Array): void {
  assert.equal(parsed.value === undefined, hasErrors(parsed.problems), "no value exactly when something is an error");
  const lines = Buffer.from(input).toString("latin1").split("\n").length;
  for (const { line, code, message } of parsed.problems) {
    assert.ok(line === null || (line >= 1 && line <= lines), `${code} in line ${line} of ${lines}`);
    assert.match(code, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    assert.doesNotMatch(message, /[\p{Cc}\p{Zl}\p{Zp}]/u);
  }
}

void test("config.ini: whatever it holds is read or refused with problems in its lines", () => {
  fc.assert(
    fc.property(fc.oneof(iniText, bytes), (input) => assertSound(parseConfigIni(input), input)),
    { seed: 1, numRuns: 1_000 },
  );
});

void test("deployment.json: whatever it holds is read or refused with problems in its lines", () => {
  const name = fc.constantFrom(
    "deployment",
    "nns",
    "dev_vm_resources",
    "vm_resources",
    "urls",
    "memory",
    "x",
    "__proto__",
  );
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("mainnet", "16", "kvm", null, 16, true, "https://a.b"),
      fc.jsonValue(),
      fc.dictionary(fc.oneof(name, fc.string()), tie("value")),
      fc.array(tie("value")),
    ),
  })).value;
  const text = fc
    .tuple(value, fc.constantFrom(undefined, 1))
    .map(([json, indent]) => JSON.stringify(json, undefined, indent));
  const input = fc.oneof(
    text.map((json) => Buffer.from(json)),
    bytes,
    fc.string().map((string) => Buffer.from(string)),
  );
  fc.assert(
    fc.property(input, (content) => assertSound(parseDeploymentJson(content), content)),
    { seed: 1, numRuns: 1_000 },
  );
});

void test("what is written of right answers is read back as the same", () => {
  const group = fc.integer({ min: 1, max: 0xffff }).map((number) => number.toString(16));
  const answers = fc.record({
    prefix: fc.array(group, { minLength: 1, maxLength: 4 }).map((groups) => groups.join(":")),
    address: fc.option(fc.ipV4()),
    length: fc.integer({ min: 0, max: 32 }),
    type: fc.option(fc.constantFrom("type0", "type3.1", "type4.4")),
    verbose: fc.option(fc.boolean()),
    environment: fc.constantFrom("mainnet" as const, "testnet" as const),
    mac: fc.option(fc.constantFrom("00:11:22:33:44:55", "aa:bb:cc:dd:ee:ff")),
    urls: fc.array(fc.webUrl({ validSchemes: ["http", "https"] }), { minLength: 1 }),
  });
  fc.assert(
    fc.property(answers, ({ prefix, address, length, type, verbose, environment, mac, urls }) => {
      const ipv4 = address && {
        ipv4_address: address,
        ipv4_gateway: address,
        ipv4_prefix_length: `${length}`,
        domain: "a.b",
      };
      const config = {
        ipv6_prefix: prefix,
        ipv6_gateway: `${prefix}::`,
        ...ipv4,
        ...(type && { node_reward_type: type }),
        ...(verbose !== null && { verbose: `${verbose}` }),
      };
      const read = parseConfigIni(Buffer.from(formatConfigIni({ config }))).value;
      assert.equal(read?.ipv6Prefix, prefix);
      assert.deepEqual(read.ipv4, address ? { address, gateway: address, prefixLength: length } : undefined);
      assert.deepEqual([read.nodeRewardType, read.verbose], [type ?? undefined, verbose ?? false]);
      const json = formatDeploymentJson({ environment, mgmtMac: mac ?? undefined, nnsUrls: urls });
      const deployment = parseDeploymentJson(Buffer.from(json)).value;
      assert.deepEqual([deployment?.environment, deployment?.mgmtMac], [environment, mac ?? undefined]);
      assert.deepEqual(
        deployment?.nnsUrls,
        urls.map((url) => new URL(url).href),
      );
    }),
    { seed: 1 },
  );
});

void test("distances are a metric's: zero for the same word only, the same both ways, no longer than the word", () => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom("a", "b", "_") });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      assert.equal(distance === 0, a === b);
      assert.equal(distance, editDistance(b, a));
      assert.ok(distance <= Math.max(a.length, b.length) && distance >= Math.abs(a.length - b.length));
    }),
    { seed: 1 },
  );
});

void test("what is shown is one short line of visible characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      assert.match(shown(text), /^"[^\p{C}\p{Zl}\p{Zp}]*"$/u);
    }),
    { seed: 1 },
  );
});
