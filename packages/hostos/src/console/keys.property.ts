import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { KeyDecoder, type Key } from "./keys.ts";

const bytes = fc.uint8Array({ maxLength: 200 });

void test("whatever the bytes, characters are printable ASCII and nothing is longer than one", () => {
  fc.assert(
    fc.property(fc.array(bytes), (chunks) => {
      const decoder = new KeyDecoder();
      for (const chunk of chunks)
        for (const key of decoder.push(chunk)) if (key.kind === "character") assert.match(key.character, /^[ -~]$/);
    }),
  );
});

void test("keys do not depend on how the bytes are cut", () => {
  fc.assert(
    fc.property(bytes, (all) => {
      const whole = new KeyDecoder().push(all);
      const decoder = new KeyDecoder();
      const single: Key[] = [...all].flatMap((byte) => decoder.push(Uint8Array.of(byte)));
      assert.deepEqual(single, whole);
    }),
  );
});

void test("after a pause every decoder takes keys again", () => {
  fc.assert(
    fc.property(bytes, (all) => {
      const decoder = new KeyDecoder();
      decoder.push(all);
      decoder.idle();
      assert.deepEqual(decoder.push(Buffer.from("x")), [{ kind: "character", character: "x" }]);
    }),
  );
});
