import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { advance, commitInstall, confirmBoot, otherSlot, type BootState } from "@icos/slots";
import { silentLogger, systemClock, type Exec } from "@icos/system";
import { seededRandom } from "@icos/system/memory-disk";
import { guestGrubenvStore } from "@icos/vm";
import { makeFakeMachine, type FakeMachine } from "./fake-guest.ts";
import { prepareStart, type PreparedStart } from "./prepare-start.ts";

/** The runner ended in the middle of a start. */
class Killed extends Error {}

const STATES: readonly BootState[] = [
  { alternative: "A", cycle: "install" },
  { alternative: "A", cycle: "stable" },
  { alternative: "B", cycle: "first_boot" },
  { alternative: "B", cycle: "failsafe_check" },
];

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "gs-"));
  after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs the machine's programs, but is killed instead of running (or after running) the one with this number. */
function killedAt({ exec }: FakeMachine, at: number, when: "before" | "after"): { exec: Exec; count: () => number } {
  let count = 0;
  return {
    count: () => count,
    exec: {
      async run(command, options) {
        const number = ++count;
        if (number === at && when === "before") throw new Killed();
        const result = await exec.run(command, options);
        if (number === at) throw new Killed();
        return result;
      },
    },
  };
}

function start(machine: FakeMachine, exec: Exec): Promise<PreparedStart> {
  return prepareStart(
    { role: { type: "default", slot: 0 }, places: machine.places, credentials: undefined },
    {
      exec,
      clock: systemClock,
      logger: silentLogger,
      sevCertificates: () => Promise.reject(new Error("none")),
    },
    new AbortController().signal,
  );
}

void test("a runner killed at any step of a start has changed nothing, and the next start is the same one", async () => {
  for (const state of STATES) {
    const machine = await makeFakeMachine(makeDirectory(), { state });
    const counted = killedAt(machine, Infinity, "before");
    await start(machine, counted.exec); // never committed: QEMU did not come up
    const steps = counted.count();
    assert.ok(steps >= 2, `a start runs ${steps} programs`);
    for (let step = 1; step <= steps; step += 1) {
      for (const when of ["before", "after"] as const) {
        await assert.rejects(start(machine, killedAt(machine, step, when).exec), Killed);
        assert.deepEqual(await machine.bootState(), state, `killed ${when} step ${step}`);
      }
    }
    const prepared = await start(machine, machine.exec);
    const { boots, next } = advance(state);
    assert.equal(prepared.boot.slot, boots);
    await prepared.commit();
    assert.deepEqual(await machine.bootState(), next);
  }
});

void test("in any life of a node the boot state advances once for each boot that was certain", async () => {
  const random = seededRandom(20_251_125);
  const machine = await makeFakeMachine(makeDirectory(), { state: { alternative: "A", cycle: "install" } });
  mkdirSync(join(machine.places.run, "check"), { recursive: true });
  const store = await guestGrubenvStore(machine.places.disk, join(machine.places.run, "check"), { exec: machine.exec });
  let model: BootState = { alternative: "A", cycle: "install" };
  let certain = 0;
  for (let event = 0; event < 120; event += 1) {
    const choice = random();
    if (choice < 0.4) {
      const at = 1 + Math.floor(random() * 2);
      await start(machine, killedAt(machine, at, random() < 0.5 ? "before" : "after").exec).catch((error: unknown) =>
        assert.ok(error instanceof Killed),
      );
    } else {
      const prepared = await start(machine, machine.exec);
      const { boots, next } = advance(model);
      assert.equal(prepared.boot.slot, boots);
      await prepared.commit();
      model = next;
      certain += 1;
      // The guest confirms itself, or it does not, or it asks for an upgrade.
      if (choice < 0.7) {
        await confirmBoot(store, boots);
        model = { alternative: boots, cycle: "stable" };
      }
      if (choice > 0.6 && model.cycle === "stable") {
        await commitInstall(store, boots);
        model = { alternative: otherSlot(boots), cycle: "first_boot" };
      }
    }
    assert.deepEqual(await machine.bootState(), model);
  }
  assert.ok(certain > 40);
});
