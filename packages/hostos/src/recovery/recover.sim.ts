import assert from "node:assert/strict";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bootStateOf, nextSlot, parseGrubenv, PowerCut, type BootState } from "@icos/slots";
import { updateImageUrl } from "./bases.ts";
import {
  FAKE_VERSION,
  fakeClock,
  fakeHttp,
  fakeImage,
  FakeGuest,
  oldContent,
  serves,
  sha256,
} from "./fake-recovery.ts";
import { confirmedSlot, recover } from "./recover.ts";

const BASE = "https://one.example";
const STATES: readonly BootState[] = [
  { alternative: "A", cycle: "stable" },
  { alternative: "B", cycle: "failsafe_check" },
  { alternative: "A", cycle: "first_boot" },
];

async function recovery(guest: FakeGuest, directory: string, image: Buffer): Promise<void> {
  const { http } = fakeHttp({ [updateImageUrl(BASE, FAKE_VERSION)]: [serves(image)] });
  const request = { version: FAKE_VERSION, "version-hash": sha256(image) };
  const { signal } = new AbortController();
  await recover(
    { request, report: () => undefined, signal },
    { http, clock: fakeClock(), bases: [BASE], directory, ...guest.modules() },
  );
}

void test("the power may go in any write: the next start is of a slot that is whole, and a second run ends the recovery", async () => {
  const image = await fakeImage();
  let cuts = 0;
  for (const state of STATES) {
    const good = confirmedSlot(state);
    for (let cut = 0; ; cut++) {
      await using directory = await mkdtempDisposable(join(tmpdir(), "recovery-"));
      const guest = await new FakeGuest(state).fill();
      guest.disk.cutPowerAt(cut);
      const error: unknown = await recovery(guest, directory.path, image).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      if (error === undefined) break;
      if (!(error instanceof PowerCut)) throw error;
      cuts += 1;
      guest.disk = guest.disk.restart((write, sector) => (write + sector) % 2 === 0);
      const next = nextSlot(bootStateOf(parseGrubenv(guest.block)));
      for (const slot of new Set([good, next]))
        for (const part of ["boot", "root", "var"] as const)
          assert.equal(
            await guest.contentOf(slot, part),
            oldContent(slot, part),
            `cut ${cut}, ${JSON.stringify(state)}`,
          );
      await recovery(guest, directory.path, image);
      const after = bootStateOf(parseGrubenv(guest.block));
      assert.equal(nextSlot(after), good === "A" ? "B" : "A");
      assert.match(await guest.contentOf(nextSlot(after), "root"), /^(new root )+/);
    }
  }
  assert.ok(cuts > 10, `${cuts} cuts`);
});
