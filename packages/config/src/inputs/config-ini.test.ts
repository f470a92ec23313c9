import { test } from "node:test";
import assert from "node:assert/strict";
import { parseConfigIni } from "./config-ini.ts";

const NEEDED = "ipv6_prefix=2a00:fb01:400:200\nipv6_gateway=2a00:fb01:400:200::1\n";

/** Without the notice on a missing reward type, which has a test of its own. */
const parse = (text: string | Uint8Array) => {
  const { value, problems } = parseConfigIni(typeof text === "string" ? Buffer.from(text) : text);
  return { value, problems: problems.filter(({ code }) => code !== "missing-node-reward-type") };
};

/** `severity code line key` of each problem. */
const found = (text: string | Uint8Array): string[] =>
  parse(text).problems.map(({ severity, code, line, key }) => [severity, code, line ?? "-", key ?? "-"].join(" "));

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

void test("prefixes are those that upstream takes", () => {
  const prefix = (text: string) => parse(`ipv6_prefix=${text}\nipv6_gateway=::1\n`).value?.ipv6Prefix;
  for (const text of ["2a00:1111:1111:1111", "2a00:111:11:11", "2602:fb2b:100:10", "2001:db8", "A:b:C:0"])
    assert.equal(prefix(text), text);
  for (const text of [
    "2a00:1111:1111:1111:",
    "2a00:1111:1111:1111:1111:1111",
    "abcd::1234:5678",
    "2a00::",
    "invalid_ipv6_prefix",
    "2a00:11111:1:1",
    "1.2.3.4",
    "2a00:1:2:3/64",
    "",
  ])
    assert.equal(prefix(text), undefined, text);
  assert.equal(prefix("1:2:3:4:5:6"), "1:2:3:4", "groups after the fourth have no effect");
  assert.ok(
    found("ipv6_prefix=1:2:3:4:5\nipv6_gateway=1:2:3:4::1").includes("warning ipv6-prefix-too-long 1 ipv6_prefix"),
  );
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

void test("domains have at least two labels of letters, digits and inner hyphens", () => {
  const domain = (text: string) => parse(`${NEEDED}domain=${text}`).value?.domain;
  const label = "a".repeat(63);
  for (const text of ["example.com", "a.b", "1-2.x-Y.z", `${label}.com`]) assert.equal(domain(text), text);
  for (const text of ["example", "example.", "a..b", ".a.b", "-a.b", "a-.b", "a_b.c", "a.b.", `${label}a.com`, "ä.com"])
    assert.equal(domain(text), undefined, text);
});

void test("a partial IPv4 setting is a warning and dropped; a whole one needs a fitting gateway and a domain", () => {
  const partial = `${NEEDED}ipv4_address=1.2.3.4\nipv4_prefix_length=0\n`;
  assert.deepEqual(found(partial), ["warning partial-ipv4 3 ipv4_address"]);
  assert.match(parse(partial).problems[0]?.message ?? "", /ipv4_gateway is missing/);
  assert.equal(parse(partial).value?.ipv4, undefined);
  const whole = (gateway: string, length: number) =>
    `${NEEDED}ipv4_address=1.2.3.4\nipv4_gateway=${gateway}\nipv4_prefix_length=${length}\n`;
  assert.deepEqual(found(whole("1.2.3.1", 24)), ["warning missing-domain - domain"]);
  assert.deepEqual(found(whole("1.2.4.1", 24)), [
    "warning ipv4-gateway-outside 4 ipv4_gateway",
    "warning missing-domain - domain",
  ]);
  assert.equal(parse(whole("1.2.4.1", 0)).value?.ipv4?.prefixLength, 0);
  assert.deepEqual(found(`${whole("1.2.3.4", 32)}domain=a.b`), ["warning ipv4-gateway-is-address 4 ipv4_gateway"]);
  assert.deepEqual(found(whole("1.2.3.1", 33)), [
    "error invalid-ipv4-prefix-length 5 ipv4_prefix_length",
    "warning missing-domain - domain",
  ]);
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

void test("gateways outside the network are pointed out", () => {
  assert.deepEqual(found("ipv6_prefix=2a00:1\nipv6_gateway=2a00:1::1"), []);
  for (const gateway of ["fe80::1", "2a00:1:0:1::1"])
    assert.deepEqual(found(`ipv6_prefix=2a00:1\nipv6_gateway=${gateway}`), [
      "warning ipv6-gateway-outside 2 ipv6_gateway",
    ]);
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

void test("the reward type decides as the installer does, and what stops it is an error on the main network", () => {
  const judged = (line: string, environment?: "mainnet" | "testnet") =>
    parseConfigIni(Buffer.from(NEEDED + line), "config.ini", environment).problems.map(
      ({ severity, code }) => `${severity} ${code}`,
    );
  assert.deepEqual(judged("", "mainnet"), ["error missing-node-reward-type"]);
  assert.deepEqual(judged("node_reward_type=", "mainnet").toSorted(), [
    "error missing-node-reward-type",
    "warning empty-value",
  ]);
  assert.deepEqual(judged("", "testnet"), ["notice missing-node-reward-type"]);
  assert.deepEqual(judged(""), ["notice missing-node-reward-type"]);
  for (const type of ["type0", "type1.2", "type3", "type3.9", "type4.0"])
    assert.deepEqual(judged(`node_reward_type=${type}`, "mainnet"), [], type);
  for (const type of ["type5", "type33", "type2.1"]) {
    assert.deepEqual(judged(`node_reward_type=${type}`, "mainnet"), ["error unknown-node-reward-type"], type);
    assert.deepEqual(judged(`node_reward_type=${type}`, "testnet"), ["warning unknown-node-reward-type"], type);
  }
  for (const type of ["type4", "type4.5"])
    assert.deepEqual(judged(`node_reward_type=${type}`, "mainnet"), ["warning unknown-vm-count"], type);
  const tee = "\nenable_trusted_execution_environment=true";
  assert.deepEqual(judged(`node_reward_type=type1${tee}`), ["error no-trusted-execution"]);
  assert.deepEqual(judged(`node_reward_type=type3.1${tee}`), []);
});

void test("a reward type is type, a number and perhaps one digit behind a dot", () => {
  const type = (text: string) => parse(`${NEEDED}node_reward_type=${text}`).value?.nodeRewardType;
  for (const text of ["type0", "type1", "type1.0", "type3.1", "type4.5", "type10", "type123.4"])
    assert.equal(type(text), text);
  for (const text of ["type", "type.1", "type3.", "type3.12", "type3.1.1", "Type3", "TYPE3", "type 3", "3.1", "type3a"])
    assert.equal(parse(`${NEEDED}node_reward_type=${text}`).value, undefined, text);
});

void test("a boolean is true or false, in lower case", () => {
  for (const key of ["verbose", "enable_trusted_execution_environment"])
    for (const [text, good] of [
      ["true", true],
      ["false", true],
      ["True", false],
      ["FALSE", false],
      ["yes", false],
      ["no", false],
      ["1", false],
      ["0", false],
      ["on", false],
    ] as const)
      assert.equal(parse(`${NEEDED}${key}=${text}`).value !== undefined, good, `${key}=${text}`);
});

void test("an IPv4 prefix length is a number from 0 to 32", () => {
  const length = (text: string) =>
    parse(`${NEEDED}ipv4_address=1.2.3.4\nipv4_gateway=1.2.3.1\nipv4_prefix_length=${text}\n`).value?.ipv4
      ?.prefixLength;
  for (const [text, value] of [
    ["0", 0],
    ["1", 1],
    ["24", 24],
    ["32", 32],
    ["33", undefined],
    ["-1", undefined],
    ["/24", undefined],
    ["24.0", undefined],
    ["x", undefined],
  ] as const)
    assert.equal(length(text), value, text);
});

void test("of the three IPv4 keys all count or none", () => {
  const keys = ["ipv4_address=1.2.3.4", "ipv4_gateway=1.2.3.1", "ipv4_prefix_length=24"];
  for (let chosen = 0; chosen < 8; chosen++) {
    const { value, problems } = parse(NEEDED + keys.filter((_, index) => chosen & (1 << index)).join("\n"));
    assert.equal(value?.ipv4 !== undefined, chosen === 7, `${chosen}`);
    assert.equal(
      problems.some(({ code }) => code === "partial-ipv4"),
      chosen !== 0 && chosen !== 7,
    );
  }
});

void test("a private IPv4 address is pointed out on the main network only", () => {
  const text = `${NEEDED}node_reward_type=type3\nipv4_address=192.168.1.2\nipv4_gateway=192.168.1.1\nipv4_prefix_length=24\ndomain=a.b`;
  const codes = (environment: "mainnet" | "testnet") =>
    parseConfigIni(Buffer.from(text), "config.ini", environment).problems.map(({ code }) => code);
  assert.deepEqual(codes("mainnet"), ["ipv4-not-public"]);
  assert.deepEqual(codes("testnet"), []);
});
