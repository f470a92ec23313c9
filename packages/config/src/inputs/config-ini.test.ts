import { test } from "node:test";
import assert from "node:assert/strict";
import { found, NEEDED, parse } from "./testing-config-ini.ts";

void test("a whole file is read: comments, blanks, CRLF, sections, any case of keys", () => {
  const text =
    "\n\t\r\n# COMMENT          \n\n\n; another\nIPV6_Prefix = 2A00:fb01:400:200\r\n[network]\n\tipv6_gateway=2a00:fb01:400:0200::1\n" +
    "ipv4_address=212.71.124.178\nipv4_gateway=212.71.124.177\nipv4_prefix_length=28\ndomain=node1.example.com\n" +
    "[ node ]\nnode_reward_type=type3.1\nverbose=false\nenable_trusted_execution_environment=true";
  assert.deepEqual(parse(text), {
    value: {
      ipv6Prefix: "2A00:fb01:400:200",
      ipv6PrefixLength: 64,
      ipv6Gateway: "2a00:fb01:400:200::1",
      ipv4: { address: "212.71.124.178", gateway: "212.71.124.177", prefixLength: 28 },
      domain: "node1.example.com",
      nodeRewardType: "type3.1",
      enableTrustedExecutionEnvironment: true,
      verbose: false,
    },
    problems: [],
  });
});

void test("what is not given has its default", () => {
  assert.deepEqual(parse(NEEDED), {
    value: {
      ipv6Prefix: "2a00:fb01:400:200",
      ipv6PrefixLength: 64,
      ipv6Gateway: "2a00:fb01:400:200::1",
      ipv4: undefined,
      domain: undefined,
      nodeRewardType: undefined,
      enableTrustedExecutionEnvironment: false,
      verbose: false,
    },
    problems: [],
  });
});

void test("every violation is reported at once, with line and key", () => {
  const text =
    "ipv6_prefix=2a00::\nipv6_gateway=fe80::1%eth0\nipv4_address=1.2.3\nipv4_gateway=01.2.3.4\nipv4_prefix_length=/24\n" +
    "domain=example.com.\nnode_reward_type=type3.12\nverbose=True\nenable_trusted_execution_environment=1\nno equals\n=x\n[open\n";
  assert.equal(parse(text).value, undefined);
  assert.deepEqual(found(text), [
    "error invalid-ipv6-prefix 1 ipv6_prefix",
    "error invalid-ipv6-address 2 ipv6_gateway",
    "error invalid-ipv4-address 3 ipv4_address",
    "error invalid-ipv4-address 4 ipv4_gateway",
    "error invalid-ipv4-prefix-length 5 ipv4_prefix_length",
    "error invalid-domain 6 domain",
    "error invalid-node-reward-type 7 node_reward_type",
    "error invalid-boolean 8 verbose",
    "error invalid-boolean 9 enable_trusted_execution_environment",
    "error not-key-value 10 -",
    "error no-key 11 -",
    "error malformed-section 12 -",
  ]);
  assert.deepEqual(found(""), ["error missing-key - ipv6_prefix", "error missing-key - ipv6_gateway"]);
});

void test("the last of several entries counts, in the order of the sections, and both lines are named", () => {
  const text = `[b]\nverbose=true\n[a]\nverbose=false\n[b]\nVerbose=true\n[]\n${NEEDED}`;
  const { value, problems } = parse(text);
  assert.equal(value?.verbose, false, "section a comes after all of section b");
  assert.deepEqual(
    problems.map(({ message }) => message),
    [
      "verbose is given in line 6 and in line 4; line 4 counts.",
      "verbose is given in line 2 and in line 6; line 6 counts.",
    ],
  );
});

void test("unknown keys are named with the nearest known one, keys of old releases have no effect", () => {
  const text = `${NEEDED}ipv6_gatewy=x\nnode-reward-type=y\ncolour=blue\nipv6_subnet=/64\nenable_beta_registration_feature=true`;
  const { value, problems } = parse(text);
  assert.ok(value);
  assert.deepEqual(
    problems.map(({ severity, code, key, message }) => [severity, code, key, /Did you mean (\w+)/.exec(message)?.[1]]),
    [
      ["warning", "unknown-key", "ipv6_gatewy", "ipv6_gateway"],
      ["warning", "unknown-key", "node-reward-type", "node_reward_type"],
      ["warning", "unknown-key", "colour", undefined],
      ["warning", "no-effect", "ipv6_subnet", undefined],
      ["warning", "no-effect", "enable_beta_registration_feature", undefined],
    ],
  );
});

void test("empty values: of optional words the same as none, an error of others", () => {
  assert.deepEqual(found(`${NEEDED}domain=\nnode_reward_type = \n`), [
    "warning empty-value 3 domain",
    "warning empty-value 4 node_reward_type",
  ]);
  assert.deepEqual(found(`${NEEDED}verbose=\nipv4_address=`).slice(0, 2), [
    "error invalid-boolean 3 verbose",
    "error invalid-ipv4-address 4 ipv4_address",
  ]);
});

void test("a value goes to the end of its line; what looks like a comment or quotes is pointed out", () => {
  const message = (line: string) => parse(NEEDED + line).problems[0]?.message;
  assert.match(message("domain=a=b.c") ?? "", /^"a=b\.c" is not a domain name/);
  assert.match(message("verbose=true # loud") ?? "", /A comment needs a line of its own/);
  assert.match(message('node_reward_type="type3"') ?? "", /Quotes are part of the value/);
  assert.match(message("domain=a\u001b[31m\u202e.b") ?? "", /^"a\\u001b\[31m\\u\{202e\}\.b" is not/);
  assert.ok((message(`domain=${"x".repeat(50_000)}`) ?? "").length < 250);
});

void test("what is no plain text is said by line, and the rest is still read", () => {
  assert.deepEqual(found(`\ufeff${NEEDED}`), ["error byte-order-mark 1 -"]);
  assert.deepEqual(found(Buffer.concat([Buffer.from(`${NEEDED}# caf`), Buffer.from([0xe9, 0x0a])])), [
    "error not-utf8 3 -",
  ]);
  assert.deepEqual(found(`${NEEDED}#\n# \0\n`), ["error nul-byte 4 -"]);
  assert.deepEqual(found(Buffer.from(`\ufeff${NEEDED}`, "utf16le")), ["error not-utf8 1 -"]);
  assert.deepEqual(found("#".repeat(70_000)), ["error file-too-large - -"]);
  assert.deepEqual(found(`${NEEDED}#${" ".repeat(60_000)}x`), []);
});

void test("of a key that was pasted into the file nothing is shown", () => {
  const text = `${NEEDED}-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0=\nMHcCAQEE==\n-----END EC PRIVATE KEY-----\n`;
  assert.deepEqual(found(text), ["error key-in-wrong-file 3 -"]);
  assert.doesNotMatch(JSON.stringify(parse(text)), /c2VjcmV0|mhccaqee/i);
});
