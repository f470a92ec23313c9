import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { IcosError } from "@icos/system";
import { buildBootstrapTar, readBootstrapTar } from "./bootstrap-tar.ts";

const name = fc.stringMatching(/^[a-z][a-z._-]{0,20}(\/[a-z][a-z._-]{0,20}){0,3}$/);
const archive = fc
  .uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 1500 })), { selector: ([path]) => path, maxLength: 8 })
  .filter((list) => !list.some(([path]) => list.some(([other]) => other.startsWith(`${path}/`))));

void test("every archive is read back as it was written", () => {
  fc.assert(
    fc.property(archive, (list) => {
      const read = readBootstrapTar(buildBootstrapTar(new Map(list)));
      assert.deepEqual(read, new Map(list.map(([path, bytes]) => [path, Buffer.from(bytes)])));
    }),
    { seed: 1 },
  );
});

void test("a damaged archive is read or refused, and never does anything else", () => {
  fc.assert(
    fc.property(archive, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (list, flips) => {
      const tar = buildBootstrapTar(new Map(list));
      for (const [at, value] of flips) tar[at % tar.length] = value;
      try {
        for (const path of readBootstrapTar(tar).keys()) assert.ok(!path.split("/").includes(".."), path);
      } catch (error) {
        assert.ok(error instanceof IcosError && error.code === "invalid-bootstrap-tar", String(error));
      }
    }),
    { seed: 1 },
  );
});
