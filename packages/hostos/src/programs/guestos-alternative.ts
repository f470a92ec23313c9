import { join } from "node:path";
import type { Slot } from "@icos/slots";
import { createExec } from "@icos/system";
import { showAlternative, swapAlternative } from "../alternative/alternative.ts";
import { alternativeRequestSchema } from "../alternative/request.ts";
import { guestDisk } from "../recovery/guest-disk.ts";
import { guestUnits } from "../recovery/guest-units.ts";
import { handOverRecoveryHash } from "../recovery/hand-over.ts";
import { requireNoRecovery } from "../recovery/under-way.ts";
import { answerOne } from "../root-service/answer.ts";

/** `guestos-alternative@.service`: one request of the console, as root. */
const SCRATCH = "/run/guestos-alternative";
const exec = createExec();
const disk = guestDisk(exec, SCRATCH);
const modules = {
  requireNoRecovery: () => requireNoRecovery(),
  openGrubenv: () => disk.grubenv(),
  holdDisk: () => disk.hold(),
  requireBootable: (slot: Slot) => disk.requireBootable(slot),
  handOver: handOverRecoveryHash,
  guest: guestUnits(exec, join(SCRATCH, "guest-stopped")),
};

await answerOne(
  { input: process.stdin, output: process.stdout },
  alternativeRequestSchema,
  async ({ request, report }) => {
    switch (request.action) {
      case "show":
        return (await showAlternative(modules)) ?? null;
      case "swap":
        return { slot: await swapAlternative(request.target, modules, report) };
      default:
        return request satisfies never;
    }
  },
);
process.exit();
