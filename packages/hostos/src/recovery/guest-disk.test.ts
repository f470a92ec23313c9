import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { slotTargetsOfDisk } from "@icos/slots";
import { showAlternative, swapAlternative, type AlternativeModules } from "../alternative/alternative.ts";
import { makeFakeMachine } from "../guest-vm/fake-guest.ts";
import { updateImageUrl } from "./bases.ts";
import { FAKE_VERSION, fakeClock, fakeHttp, fakeImage, serves, sha256 } from "./fake-recovery.ts";
import { guestDisk, type GuestDisk } from "./guest-disk.ts";
import { recover } from "./recover.ts";

const BASE = "https://one.example";
const silent = (): void => undefined;

/** A guest's disk as a raw file; locks on it are real. */
async function setUp(directory: string) {
  const machine = await makeFakeMachine(join(directory, "machine"));
  const scratch = join(directory, "scratch");
  const disk = guestDisk(machine.exec, scratch, machine.places.disk);
  const guest = { stop: async (): Promise<void> => undefined, start: async (): Promise<void> => undefined };
  return { machine, disk, guest };
}

function alternativeModules(disk: GuestDisk, guest: AlternativeModules["guest"]): AlternativeModules {
  return {
    requireNoRecovery: async () => undefined,
    openGrubenv: () => disk.grubenv(),
    holdDisk: () => disk.hold(),
    handOver: async () => undefined,
    requireBootable: (slot) => disk.requireBootable(slot),
    guest,
  };
}

void test("a recovery and a swap are on the guest's disk", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "disk-"));
  const { machine, disk, guest } = await setUp(directory.path);
  const image = await fakeImage();
  const { http } = fakeHttp({ [updateImageUrl(BASE, FAKE_VERSION)]: [serves(image)] });
  const request = { version: FAKE_VERSION, "version-hash": sha256(image) };
  const taken = new Map<string, boolean>();
  const report = ({ phase }: { phase: string }): void => {
    const { status } = spawnSync("flock", ["--nonblock", machine.places.disk, "true"]);
    taken.set(phase, status !== 0);
  };
  const { slot } = await recover(
    { request, report, signal: new AbortController().signal },
    {
      http,
      clock: fakeClock(),
      bases: [BASE],
      directory: join(directory.path, "downloads"),
      guest,
      holdDisk: () => disk.hold(),
      requireBootable: (slot) => disk.requireBootable(slot),
      handOver: async () => undefined,
    },
  );
  assert.equal(slot, "B");
  // While it is written, no machine can be started on it: each takes this lock.
  assert.deepEqual(Object.fromEntries(taken), {
    "update image": false,
    "recovery artefact": false,
    "stop the guest": false,
    "write the slot": true,
    "switch to the slot": false,
    "start the guest": false,
  });
  assert.deepEqual(await machine.bootState(), { alternative: "B", cycle: "first_boot" });
  {
    await using held = await disk.hold();
    const device = await held.open();
    const targets = await slotTargetsOfDisk(device, "B");
    assert.match((await targets.root.read(0, 9)).toString(), /^new root $/);
    await device.close();
  }
  const modules = alternativeModules(disk, guest);
  // What the fake image puts there is no file system.
  await assert.rejects(swapAlternative("B", modules, silent), { code: "boot-artefacts-missing" });
  assert.equal(await swapAlternative("A", modules, silent), "A");
  assert.deepEqual(await showAlternative(modules), { alternative: "A", cycle: "first_boot" });
});

void test("a disk that a machine has is read and not written", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "disk-"));
  const { machine, disk, guest } = await setUp(directory.path);
  const holder = spawn(
    "flock",
    ["--no-fork", "--exclusive", machine.places.disk, "sh", "-c", "echo locked; exec sleep 60"],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  try {
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const modules = alternativeModules(disk, guest);
    assert.deepEqual(await showAlternative(modules), { alternative: "A", cycle: "stable" });
    await assert.rejects(disk.hold(), { code: "disk-in-use" });
    await assert.rejects(swapAlternative("B", modules, silent), { code: "disk-in-use" });
    assert.deepEqual(await machine.bootState(), { alternative: "A", cycle: "stable" });
  } finally {
    const ended = new Promise((resolve) => holder.once("exit", resolve));
    holder.kill();
    await ended;
  }
});
