import assert from "node:assert/strict";
import { access, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bootStateOf, parseGrubenv, type BootState } from "@icos/slots";
import { recoveryArtefactUrl, updateImageUrl } from "./bases.ts";
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
import { confirmedSlot, recover, type RecoveryModules } from "./recover.ts";
import type { RecoveryRequest } from "./request.ts";

const BASE = "https://one.example";
const ARTEFACT = Buffer.from("a recovery artefact");
const STABLE: BootState = { alternative: "A", cycle: "stable" };

interface Setup {
  readonly guest: FakeGuest;
  readonly image?: Buffer;
  readonly request?: Partial<RecoveryRequest>;
  readonly modules?: Partial<RecoveryModules>;
  readonly controller?: AbortController;
  readonly onProgress?: (phase: string, text: string) => void;
}

async function run(setup: Setup) {
  const { guest, modules = {}, controller = new AbortController(), onProgress } = setup;
  const image = setup.image ?? (await fakeImage());
  await using directory = await mkdtempDisposable(join(tmpdir(), "recovery-"));
  const { http } = fakeHttp({
    [updateImageUrl(BASE, FAKE_VERSION)]: [serves(image)],
    [recoveryArtefactUrl(BASE, sha256(ARTEFACT))]: [serves(ARTEFACT)],
  });
  const downloads = join(directory.path, "downloads");
  const phases = new Set<string>();
  const request = { version: FAKE_VERSION, "version-hash": sha256(image), ...setup.request };
  const report = ({ phase, text }: { phase: string; text: string }): void => {
    phases.add(phase);
    onProgress?.(phase, text);
  };
  const outcome = await recover(
    { request, report, signal: controller.signal },
    { http, clock: fakeClock(), bases: [BASE], directory: downloads, ...guest.modules(), ...modules },
  ).catch((error: unknown) => error);
  const downloadsKept = await access(downloads).then(
    () => true,
    () => false,
  );
  return { outcome, phases: [...phases], downloadsKept };
}

const stateOf = (guest: FakeGuest): BootState => bootStateOf(parseGrubenv(guest.block));

void test("the slot that is not confirmed gets the version, and the next start is its first", async () => {
  const guest = await new FakeGuest(STABLE).fill();
  const { outcome, phases, downloadsKept } = await run({ guest, request: { "recovery-hash": sha256(ARTEFACT) } });
  assert.deepEqual(outcome, { slot: "B" });
  assert.deepEqual(stateOf(guest), { alternative: "B", cycle: "first_boot" });
  assert.deepEqual(guest.log, ["stopped", "switched", "started"]);
  assert.match(await guest.contentOf("B", "root"), /^new root /);
  assert.match(await guest.contentOf("B", "var"), /^\0+$/);
  for (const part of ["boot", "root", "var"] as const)
    assert.match(await guest.contentOf("A", part), new RegExp(`^old ${part} of A`));
  assert.equal(guest.handedOver, sha256(ARTEFACT));
  assert.equal(downloadsKept, false);
  assert.deepEqual(phases, [
    "update image",
    "recovery artefact",
    "stop the guest",
    "write the slot",
    "switch to the slot",
    "start the guest",
  ]);
});

void test("whatever the boot state, the slot that is known to work is not written to", () => {
  const cases: [BootState, "A" | "B"][] = [
    [{ alternative: "A", cycle: "stable" }, "A"],
    [{ alternative: "B", cycle: "install" }, "B"],
    [{ alternative: "B", cycle: "first_boot" }, "A"],
    [{ alternative: "A", cycle: "failsafe_check" }, "B"],
  ];
  for (const [state, slot] of cases) assert.equal(confirmedSlot(state), slot);
});

void test("a wrong hash, version or artefact stops the recovery before the guest is touched", async () => {
  const otherVersion = await fakeImage("b2".repeat(20));
  for (const [setup, code] of [
    [{ request: { "version-hash": "00".repeat(32) } }, "download-failed"],
    [{ request: { "recovery-hash": "00".repeat(32) } }, "download-failed"],
    [{ image: otherVersion }, "update-image-wrong-version"],
  ] as const) {
    const guest = await new FakeGuest(STABLE).fill();
    const { outcome } = await run({ guest, ...setup });
    assert.ok(outcome instanceof Error && "code" in outcome && outcome.code === code, String(outcome));
    assert.deepEqual(guest.log, []);
    assert.match(await guest.contentOf("B", "root"), /^old root of B/);
  }
});

void test("a failure to write starts the guest again as it was", async () => {
  const guest = await new FakeGuest(STABLE).fill();
  const broken: Partial<RecoveryModules> = {
    holdDisk: async () => {
      const held = await guest.modules().holdDisk();
      return { ...held, open: () => Promise.reject(new Error("I/O error")) };
    },
  };
  const { outcome, downloadsKept } = await run({ guest, modules: broken });
  assert.match(String(outcome), /I\/O error/);
  assert.deepEqual(guest.log, ["stopped", "started"]);
  assert.deepEqual(stateOf(guest), STABLE);
  assert.equal(downloadsKept, true);
});

void test("it can be stopped until the slot is switched, and not after", async () => {
  for (const [phase, code] of [
    ["update image", "cancelled"],
    ["stop the guest", "cancelled"],
    ["write the slot", "cancelled"],
    ["start the guest", undefined],
  ] as const) {
    const guest = await new FakeGuest(STABLE).fill();
    const controller = new AbortController();
    const onProgress = (at: string): void => {
      if (at === phase) controller.abort();
    };
    const { outcome } = await run({ guest, controller, onProgress });
    assert.equal(outcome instanceof Error && "code" in outcome ? outcome.code : undefined, code, phase);
    assert.equal(guest.running, true, phase);
    assert.equal(stateOf(guest).alternative, code === undefined ? "B" : "A");
  }
});

void test("a trial of the slot is over when a half of another version may be in it", async () => {
  for (const cycle of ["first_boot", "failsafe_check"] as const) {
    const guest = await new FakeGuest({ alternative: "B", cycle }).fill();
    const controller = new AbortController();
    const onProgress = (phase: string, text: string): void => {
      if (phase === "write the slot" && text.startsWith("slot B:")) controller.abort();
    };
    const { outcome } = await run({ guest, controller, onProgress });
    assert.match(String(outcome), /was cancelled; GuestOS runs from slot A\./);
    assert.deepEqual(stateOf(guest), { alternative: "A", cycle: "stable" });
    assert.equal(guest.running, true);
  }
});

void test("the only slot with something in it is not written to, not even when it is on trial", async () => {
  for (const cycle of ["first_boot", "failsafe_check"] as const) {
    const guest = await new FakeGuest({ alternative: "A", cycle }).fill();
    guest.empty = "B";
    const controller = new AbortController();
    const onProgress = (phase: string, text: string): void => {
      if (phase === "write the slot" && text.startsWith("slot B:")) controller.abort();
    };
    const { outcome } = await run({ guest, controller, onProgress });
    assert.match(String(outcome), /was cancelled; GuestOS runs from slot A\./);
    assert.deepEqual(stateOf(guest), { alternative: "A", cycle: "stable" });
    for (const part of ["boot", "root", "var"] as const)
      assert.equal(await guest.contentOf("A", part), oldContent("A", part));
  }
});

void test("a guest that cannot be started afterwards is told apart from a recovery that failed", async () => {
  const guest = await new FakeGuest(STABLE).fill();
  const modules = guest.modules();
  const start = async (): Promise<void> => {
    throw new Error("no such unit");
  };
  const { outcome } = await run({ guest, modules: { guest: { ...modules.guest, start } } });
  assert.ok(outcome instanceof Error && "code" in outcome);
  assert.equal(outcome.code, "guest-not-started");
});
