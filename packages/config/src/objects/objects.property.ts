import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { IcosError } from "@icos/system";
import { guestosObject, hostosObject, setuposObject } from "./arbitrary-objects.ts";
import { CONFIG_OBJECTS, configObject, OBJECT_KINDS } from "./config-objects.ts";
import { formatObject, readObject } from "./read-object.ts";
import { redact } from "./secret-fields.ts";

void test("every object is read back as it was written", () => {
  for (const [kind, object] of [
    ["SetupOS", setuposObject],
    ["HostOS", hostosObject],
    ["GuestOS", guestosObject],
  ] as const)
    fc.assert(
      fc.property(object, (config) => {
        assert.deepEqual(readObject(configObject(kind), formatObject(config), "config.json").config, config);
      }),
      { seed: 1 },
    );
});

void test("any text is read or refused by the object's own error", () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    hostosObject.map((config) => formatObject(config).slice(0, -3)),
  );
  fc.assert(
    fc.property(fc.constantFrom(...OBJECT_KINDS), text, (kind, content) => {
      try {
        readObject(configObject(kind), content, "config.json");
      } catch (error) {
        assert.ok(error instanceof IcosError && error.code === configObject(kind).code, String(error));
      }
    }),
    { seed: 1 },
  );
});

void test("redaction takes any JSON and is done once", () => {
  const { fields } = CONFIG_OBJECTS.GuestOS;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const once = redact(fields, value);
      assert.deepEqual(redact(fields, once), once);
    }),
    { seed: 1 },
  );
});
