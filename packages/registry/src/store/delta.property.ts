import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import * as fc from "fast-check";
import { decodeDelta, decodeProtoRegistry, encodeDelta, encodeProtoRegistry, type StoredVersion } from "../index.ts";

const bytes = fc.uint8Array({ maxLength: 40 });
const change = fc.record({ key: fc.string({ maxLength: 12 }), value: fc.option(bytes, { nil: undefined }) });
const changes = fc.array(change, { minLength: 1, maxLength: 4 });
const changelog = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 40 }), fc.array(changes, { maxLength: 6 }))
  .map(([since, all]) => ({
    since,
    versions: all.map((each, index) => ({ version: since + 1 + index, changes: each })),
  }));

function* cut(whole: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield whole.subarray(at, at + size);
    at += size;
  }
}

const plain = (versions: readonly StoredVersion[]): unknown =>
  versions.map(({ version, changes: all }) => [
    version,
    all.map(({ key, value }) => [key, value && Buffer.from(value).toString("hex")]),
  ]);

void test("a delta comes back as it was, in pieces of whatever size", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(changelog, sizes, async ({ since, versions }, pieces) => {
      const whole = Buffer.concat(await Array.fromAsync(encodeDelta(since, versions)));
      assert.deepEqual(plain(await Array.fromAsync(decodeDelta(cut(whole, pieces)))), plain(versions));
    }),
    { seed: 1 },
  );
});

void test("bytes of any kind are a delta or refused", async () => {
  const nearly = fc
    .tuple(changelog, fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([delta, at, byte]) => ({ ...delta, at, byte }));
  await fc.assert(
    fc.asyncProperty(fc.oneof(bytes, nearly), async (input) => {
      let whole: Uint8Array;
      if (input instanceof Uint8Array) whole = input;
      else {
        whole = Buffer.concat(await Array.fromAsync(encodeDelta(input.since, input.versions)));
        if (whole.length > 0) whole[input.at % whole.length] = input.byte;
      }
      try {
        await Array.fromAsync(decodeDelta([whole]));
      } catch (error) {
        assert.ok(error instanceof IcosError, String(error));
      }
    }),
    { seed: 1 },
  );
});

void test("a registry in one file comes back as it was", () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 6 }), (all) => {
      const versions = all.map((each, index) => ({ version: index + 1, changes: each }));
      assert.deepEqual(plain(decodeProtoRegistry(encodeProtoRegistry(versions), "file")), plain(versions));
    }),
    { seed: 1 },
  );
});
