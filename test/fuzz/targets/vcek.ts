import { ok } from "node:assert/strict";
import { readVcekIdentity } from "../../../packages/hostos/src/sev/vcek-extensions.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** What a chip's certificate (DER) says of its chip. */
export function fuzz(data: Uint8Array): void {
  const identity = unlessRefused(() => readVcekIdentity(Buffer.from(data)));
  if (!identity) return;
  const { fmc = 0, bootLoader, tee, snp, microcode } = identity.tcb;
  for (const level of [fmc, bootLoader, tee, snp, microcode]) ok(Number.isInteger(level) && level >= 0);
}
