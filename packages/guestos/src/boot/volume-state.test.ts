import { test } from "node:test";
import assert from "node:assert/strict";
import type { LuksHeader } from "./luks-header.ts";
import { planVolume, type VolumeState } from "./volume-state.ts";

const uuid = "11111111-2222-3333-4444-555555555555";
const absent: LuksHeader = { kind: "absent" };
const valid: LuksHeader = { kind: "valid", uuid };
const other: LuksHeader = { kind: "valid", uuid: "99999999-2222-3333-4444-555555555555" };
const damaged: LuksHeader = { kind: "damaged", reason: "the header at byte 0 has a wrong checksum" };

const rows: readonly [state: VolumeState["kind"], header: LuksHeader, cleared: boolean, plan: string][] = [
  ["unknown", absent, false, "format"],
  ["unknown", absent, true, "format"],
  ["unknown", valid, false, "open"],
  ["unknown", damaged, false, "refuse"],
  ["formatting", absent, false, "format"],
  ["formatting", valid, false, "format"],
  ["formatting", damaged, false, "format"],
  ["complete", valid, false, "open"],
  ["complete", other, false, "refuse"],
  ["complete", damaged, false, "refuse"],
  ["complete", absent, false, "refuse"],
  ["complete", absent, true, "format"],
];

for (const [kind, header, cleared, plan] of rows) {
  void test(`a volume that is ${kind}, header ${header.kind}${cleared ? ", cleared" : ""}: ${plan}`, () => {
    const state: VolumeState = kind === "unknown" ? { kind } : { kind, uuid };
    assert.equal(planVolume({ state, header, cleared }).kind, plan);
  });
}
