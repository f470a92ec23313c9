import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import { urlsFor } from "./wanted-host.ts";

const node = (...bytes: number[]): Principal => Principal.fromUint8Array(Uint8Array.from(bytes));

void test("URLs are rotated to the right by the exclusive or of the node id's bytes.", () => {
  assert.deepEqual(urlsFor(node(0), ["a", "b", "c"]), ["a", "b", "c"]);
  assert.deepEqual(urlsFor(node(5, 4), ["a", "b", "c"]), ["c", "a", "b"]);
  assert.deepEqual(urlsFor(node(7, 2), ["a", "b", "c"]), ["b", "c", "a"]);
  assert.deepEqual(urlsFor(node(7), ["a"]), ["a"]);
  assert.deepEqual(urlsFor(node(7), []), []);
});
