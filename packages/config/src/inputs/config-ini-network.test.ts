import { test } from "node:test";
import assert from "node:assert/strict";
import { parseConfigIni } from "./config-ini.ts";
import { found, NEEDED, parse } from "./testing-config-ini.ts";

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

void test("gateways outside the network are pointed out", () => {
  assert.deepEqual(found("ipv6_prefix=2a00:1\nipv6_gateway=2a00:1::1"), []);
  for (const gateway of ["fe80::1", "2a00:1:0:1::1"])
    assert.deepEqual(found(`ipv6_prefix=2a00:1\nipv6_gateway=${gateway}`), [
      "warning ipv6-gateway-outside 2 ipv6_gateway",
    ]);
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
