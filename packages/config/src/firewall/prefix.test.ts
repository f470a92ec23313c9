import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePrefix } from "./prefix.ts";

void test("networks and addresses are written one way, without the bits behind the prefix", () => {
  const table = {
    "2001:DB8:0:1::/64": "2001:db8:0:1::/64",
    "2001:db8::1/33": "2001:db8::/33",
    "2001:db8:ffff:ffff::/33": "2001:db8:8000::/33",
    "2001:db8::7": "2001:db8::7",
    "2001:db8::7/128": "2001:db8::7",
    "::/0": "::/0",
    "10.1.2.3/8": "10.0.0.0/8",
    "192.0.2.255/25": "192.0.2.128/25",
    "192.0.2.1": "192.0.2.1",
    "192.0.2.1/32": "192.0.2.1",
    "0.0.0.0/0": "0.0.0.0/0",
  };
  for (const [text, expected] of Object.entries(table)) assert.equal(parsePrefix(text)?.text, expected, text);
  assert.equal(parsePrefix("10.0.0.0/8")?.version, "v4");
  assert.equal(parsePrefix("::1")?.version, "v6");
});

void test("what is neither is none", () => {
  for (const text of [
    "",
    "/64",
    "2001:db8::/129",
    "2001:db8::/064",
    "10.0.0.0/33",
    "10.0.0/8",
    "fe80::1%eno1",
    "::1 }",
    "::1/64/64",
    "example.org",
    "::1\n",
    "2001:db8::/-1",
  ])
    assert.equal(parsePrefix(text), undefined, text);
});
