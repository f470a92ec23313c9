import { test } from "node:test";
import assert from "node:assert/strict";
import { formatAuthorizedKeys, parseAuthorizedKeys } from "./ssh-keys.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKlTCWgZ3k7iNyTlVNpCwxjsCk0cTn7YQPbFGrWMWg";

void test("keys are read one a line, without comments and empty lines", () => {
  const keys = parseAuthorizedKeys(`# operators\n\n${KEY} me@example.org\r\n${KEY}\n`, "admin");
  assert.deepEqual(keys, [`${KEY} me@example.org`, KEY]);
  assert.deepEqual(parseAuthorizedKeys(formatAuthorizedKeys(keys), "admin"), keys);
});

void test("options and what is no key are refused by line", () => {
  for (const line of [
    `command="/bin/sh" ${KEY}`,
    "ssh-dss AAAAB3NzaC1kc3MAAACB",
    "not a key",
    KEY.slice(0, 20),
    KEY.slice(0, -4),
    KEY.replace("ssh-ed25519", "ssh-rsa"),
  ]) {
    assert.throws(() => parseAuthorizedKeys(`${KEY}\n${line}\n`, "admin"), {
      code: "invalid-ssh-key",
      place: { file: "admin", line: 2 },
    });
  }
});
