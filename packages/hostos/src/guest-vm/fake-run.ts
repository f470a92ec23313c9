import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { silentLogger, systemClock, type SpawnCommand } from "@icos/system";
import { QEMU_PROGRAM, type RestartPolicy } from "@icos/vm";
import { makeFakeMachine, type FakeMachine, type FakeMachineOptions } from "./fake-guest.ts";
import { runGuestVm, type RunModules } from "./run-guest-vm.ts";
import { readRunState, type RunState } from "./run-state.ts";

const FAKE_QEMU = fileURLToPath(import.meta.resolve("@icos/vm/fake-qemu"));

/** Long enough for a machine with much other work. */
const PATIENCE_MS = 60_000;

export interface Running {
  readonly machine: FakeMachine;
  readonly said: string[];
  readonly notified: string[];
  readonly commands: string[][];
  readonly result: Promise<void>;
  readonly stop: () => void;
  /** Waits for a state in the file that others read. */
  readonly reach: (condition: (state: RunState) => boolean) => Promise<RunState>;
}

export interface Scenario extends FakeMachineOptions {
  readonly restart?: Partial<RestartPolicy>;
  readonly bootWatch?: RunModules["bootWatch"];
  readonly before?: (machine: FakeMachine) => Promise<void> | void;
}

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "gv-"));
  after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs the guest of a fake host, whose QEMU is a fake, too, until the test stops it or ends. */
export async function runFakeGuest(scenario: Scenario = {}): Promise<Running> {
  const machine = await makeFakeMachine(makeDirectory(), scenario);
  const { places, exec } = machine;
  await scenario.before?.(machine);
  const commands: string[][] = [];
  const wrap: SpawnCommand = (command) => {
    commands.push([...command]);
    const at = command.indexOf(QEMU_PROGRAM);
    return [...command.slice(0, at), process.execPath, FAKE_QEMU, ...command.slice(at + 1)];
  };
  const said: string[] = [];
  const notified: string[] = [];
  const stopping = new AbortController();
  const { role = { type: "default", slot: 0 } } = scenario;
  const result = runGuestVm(
    { role, places, credentials: undefined },
    {
      exec,
      clock: systemClock,
      logger: silentLogger,
      consoles: { say: async (...lines) => void said.push(...lines) },
      notify: (message) => void notified.push(message),
      sevCertificates: () => Promise.reject(new Error("none")),
      wrap,
      restart: { initialDelayMs: 10, ...scenario.restart },
      bootWatch: scenario.bootWatch,
    },
    stopping.signal,
  );
  // Whatever becomes of the test, no machine is left running.
  after(async () => {
    stopping.abort();
    await result.catch(() => undefined);
  });
  const name = role.type === "default" ? "guestos" : "upgrade-guestos";
  return {
    machine,
    said,
    notified,
    commands,
    result,
    stop: () => stopping.abort(),
    async reach(condition) {
      const file = join(places.state, `${name}.json`);
      for (const deadline = systemClock.now() + PATIENCE_MS; ; await systemClock.sleep(10)) {
        const state = await readRunState(file);
        if (state !== undefined && condition(state)) return state;
        if (systemClock.now() > deadline) assert.fail(`a state is not reached: ${JSON.stringify(state)}`);
      }
    },
  };
}

/** Whether the runner is in a state, with so many machines started at least. */
export const kindIs =
  (kind: RunState["state"]["kind"], boots = 0) =>
  (state: RunState): boolean =>
    state.state.kind === kind && state.boots >= boots;
