import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { IcosError } from "@icos/system";
import { guestosObject, hostosObject, setuposObject } from "../objects/arbitrary-objects.ts";
import { CONFIG_VERSION } from "../objects/config-objects.ts";
import { leafPaths, valueAt, withPath } from "../objects/json-path.ts";
import { SHAPE_VERSIONS } from "../objects/version-order.ts";
import { pruneTo } from "./field-set.ts";
import { migrateDocument, type Migration } from "./migrate.ts";
import { kindOfDocument } from "./object-kind.ts";

const document = fc.oneof(setuposObject, hostosObject, guestosObject);
const version = fc.constantFrom(...SHAPE_VERSIONS);
const migrate = (value: unknown, to: string, operatorKeyBeside: boolean): Migration =>
  migrateDocument(value, { to, file: "config.json", operatorKeyBeside });

void test("back to an older version and forward again: every field that both have keeps its value", () => {
  fc.assert(
    fc.property(document, version, fc.boolean(), (config, to, key) => {
      const kind = kindOfDocument(config);
      assert.ok(kind);
      const back = migrate(config, to, key);
      const again = migrate(back.document, CONFIG_VERSION, key).document;
      const { document: common } = pruneTo({ ...config, config_version: to }, kind, to);
      for (const path of leafPaths(common).filter((each) => each !== "config_version"))
        assert.deepEqual(valueAt(again, path), valueAt(config, path), path);
      // And nothing is lost without being named.
      for (const path of leafPaths(config).filter((each) => each !== "config_version"))
        if (!back.dropped.some((gone) => path === gone || path.startsWith(`${gone}.`)))
          assert.deepEqual(valueAt(again, path), valueAt(config, path), path);
    }),
    { seed: 1, numRuns: 300 },
  );
});

void test("one step at a time gives what all steps at once give", () => {
  fc.assert(
    fc.property(document, version, (config, to) => {
      const target = SHAPE_VERSIONS.indexOf(to);
      const stations = SHAPE_VERSIONS.slice(target).toReversed();
      const slowly = stations.reduce<unknown>((value, station) => migrate(value, station, true).document, config);
      assert.deepEqual(slowly, migrate(config, to, true).document);
    }),
    { seed: 1, numRuns: 60 },
  );
});

void test("any JSON is migrated or refused with a reason", () => {
  const damaged = fc.tuple(document, fc.nat(), fc.jsonValue()).map(([config, at, value]) => {
    const paths = leafPaths(config);
    return withPath(config, paths[at % paths.length] ?? "", value);
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), damaged), version, (value, to) => {
      try {
        assert.equal(migrate(value, to, false).document["config_version"], to);
      } catch (error) {
        assert.ok(error instanceof IcosError, String(error));
      }
    }),
    { seed: 1 },
  );
});
