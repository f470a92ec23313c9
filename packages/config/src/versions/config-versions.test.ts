import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import assert from "node:assert/strict";
import { configObject, OBJECT_KINDS } from "../objects/config-objects.ts";
import { readObject } from "../objects/read-object.ts";
import { kindOfDocument } from "./object-kind.ts";

const DIRECTORY = new URL("../fixtures/", import.meta.url);
const files = readdirSync(DIRECTORY).filter((name) => name.endsWith(".json"));

/** Versions that have been released; this list only grows. */
const RELEASED = {
  SetupOS: "1.17.0",
  HostOS: "1.1.0 1.2.0 1.3.0 1.6.0 1.7.0 1.8.0 1.9.0 1.12.0 1.12.1 1.13.0 1.14.0 1.15.0 1.16.0 1.17.0",
  GuestOS: "1.4.0 1.5.0 1.6.0 1.8.0 1.9.0 1.10.0 1.11.0 1.12.0 1.12.1 1.13.0 1.14.0 1.15.0 1.16.0 1.17.0",
} as const;

const expected = OBJECT_KINDS.flatMap((kind) =>
  RELEASED[kind].split(" ").map((version) => ({ kind, version, name: `${kind.toLowerCase()}_v${version}.json` })),
);

void test("every released version has its fixture", () => {
  assert.deepEqual(files.sort(), expected.map(({ name }) => name).sort());
});

for (const { kind, version, name } of expected)
  void test(`the fixture ${name} is read`, () => {
    const text = readFileSync(new URL(name, DIRECTORY), "utf8");
    const document: unknown = JSON.parse(text);
    assert.equal(kindOfDocument(document), kind);
    const { config, operatorKey } = readObject(configObject(kind), text, name);
    assert.ok("config_version" in config);
    assert.equal(config.config_version, version);
    const key = /"node_operator_private_key": "/.test(text);
    assert.equal(operatorKey !== undefined, key);
    assert.ok(!JSON.stringify(config).includes("PRIVATE KEY"));
  });
