import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { serializeGrubenv, withBootState, type BootCycle } from "@icos/slots";
import { IcosError, readFileIfExists } from "@icos/system";
import { requestBootConfirmation } from "./confirm-boot.ts";

async function confirmed(grubenv: Uint8Array | undefined): Promise<readonly [string, string | undefined]> {
  const directory = await mkdtemp(join(tmpdir(), "confirm-boot-"));
  try {
    const options = { grubenv: join(directory, "grubenv"), request: join(directory, "confirm-boot") };
    if (grubenv) await writeFile(options.grubenv, grubenv);
    const outcome = await requestBootConfirmation(options);
    return [outcome, (await readFileIfExists(options.request))?.toString()];
  } finally {
    await rm(directory, { recursive: true });
  }
}

const inCycle = (cycle: BootCycle): Uint8Array =>
  serializeGrubenv(withBootState({ entries: new Map() }, { alternative: "B", cycle }));

void test("a stable boot is left alone; every other one is asked to be confirmed", async () => {
  assert.deepEqual(await confirmed(inCycle("stable")), ["already-stable", undefined]);
  for (const cycle of ["install", "first_boot", "failsafe_check"] as const) {
    assert.deepEqual(await confirmed(inCycle(cycle)), ["requested", "confirm\n"], cycle);
  }
  assert.deepEqual(await confirmed(undefined), ["requested", "confirm\n"]);
});

void test("a damaged grubenv is an error, not a confirmation", async () => {
  await assert.rejects(confirmed(Buffer.from("boot_cycle=stable")), (error) => error instanceof IcosError);
});
