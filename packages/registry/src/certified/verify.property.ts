import assert from "node:assert/strict";
import { test } from "node:test";
import { createCertificateVerifier } from "@icos/certification";
import { IcosError } from "@icos/system";
import * as fc from "fast-check";
import { CertifiedDeltas, RegistryHistory, verifyCertifiedDelta } from "../index.ts";
import { certify, ROOT } from "../../test/certify.ts";

const verifier = createCertificateVerifier({ rootKey: ROOT.publicKey.der });
const history = new RegistryHistory();
const deltas = new CertifiedDeltas(history);
for (let version = 1; version <= 5; version++) {
  const value = version === 4 ? undefined : Buffer.from(`value ${version}`);
  const next = { version, time: BigInt(version), changes: [{ key: "key", value }] };
  history.append(next);
  deltas.append(next);
}
const SINCE = 2;
const answer = Buffer.from(deltas.changesSince(SINCE, certify(deltas.certifiedData)));
const versions = JSON.stringify(verifyCertifiedDelta(answer, verifier, SINCE), show);

function show(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

const TAMPERING = [
  (head: Buffer, part: Buffer, tail: Buffer, byte: number) =>
    Buffer.concat([head, Buffer.from([(part[0] ?? 0) ^ byte]), part.subarray(1), tail]),
  (head: Buffer, _: Buffer, tail: Buffer) => Buffer.concat([head, tail]),
  (head: Buffer, part: Buffer, tail: Buffer) => Buffer.concat([head, part, part, tail]),
  (head: Buffer, part: Buffer, tail: Buffer, byte: number) => Buffer.concat([head, Buffer.from([byte]), part, tail]),
] as const;

/** The answer with something changed, cut out, doubled or put in. */
const tampered = fc
  .tuple(
    fc.nat(answer.length - 1),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 255 }),
    fc.constantFrom(...TAMPERING),
  )
  .map(([at, length, byte, tamper]) =>
    tamper(answer.subarray(0, at), answer.subarray(at, at + length), answer.subarray(at + length), byte),
  );

void test("an answer that was tampered with is refused, or says what was certified", () => {
  let refused = 0;
  fc.assert(
    fc.property(tampered, (bytes) => {
      try {
        assert.equal(JSON.stringify(verifyCertifiedDelta(bytes, verifier, SINCE), show), versions);
      } catch (error) {
        if (!(error instanceof IcosError)) throw error;
        refused++;
      }
    }),
    { numRuns: 400, seed: 1 },
  );
  assert.ok(refused > 350, `${refused} refused`);
});
