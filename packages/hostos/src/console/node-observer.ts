import { access, readFile, statfs } from "node:fs/promises";
import { hostAddressOf, loadConfig, shownConfig, type HostosConfig } from "@icos/config";
import { bootStateOf, parseGrubenv, runningSlot } from "@icos/slots";
import { describeError, type Clock } from "@icos/system";
import { readBootFailure, type BootFailure } from "../boot/boot-failure.ts";
import { readNetworkState } from "../network/network-state.ts";
import { readUpgradeRecord } from "../upgrade/upgrade-record.ts";
import { explain } from "./explain.ts";
import type { HostFiles } from "./host-files.ts";
import { networkFacts, networkText } from "./network-facts.ts";
import type { Observer, Status } from "./observer.ts";
import type { GuestReport, GuestVm, Observation } from "./situation.ts";
import type { UnitState } from "./unit-states.ts";

export interface ObserverModules {
  readonly files: HostFiles;
  readonly clock: Clock;
  /** What systemd says about its units; slow compared with the rest, so it is asked less often. */
  readonly unitStates: () => Promise<readonly UnitState[]>;
  /** What the guest's runner said; `unit` is what systemd says about it. */
  readonly guestVm: (unit: UnitState | undefined) => Promise<GuestVm>;
  /** What the guest said. */
  readonly guestReport: () => Promise<GuestReport | undefined>;
}

const UNITS_EVERY_MS = 30_000;

/** Looks at the files of the host's programs, at the kernel and at systemd. */
export function createObserver(modules: ObserverModules): Observer {
  const { files, clock, unitStates } = modules;
  let units: { readonly at: number; readonly states: readonly UnitState[] } | undefined;
  const currentUnits = async (): Promise<readonly UnitState[]> => {
    if (units === undefined || clock.now() - units.at >= UNITS_EVERY_MS) {
      units = { at: clock.now(), states: await unitStates().catch(() => []) };
    }
    return units.states;
  };
  return {
    look: async () => lookAt(modules, await currentUnits(), clock.now()),
    unitNames: async () => (await currentUnits()).map(({ name }) => name),
    async configuration() {
      return JSON.stringify(shownConfig(await loadConfig(files.config)), null, 2);
    },
    network: () => networkText(files),
  };
}

async function lookAt(modules: ObserverModules, units: readonly UnitState[], now: number): Promise<Status> {
  const { files, guestVm, guestReport } = modules;
  const unit = (name: string): UnitState | undefined => units.find((each) => each.name === name);
  const failure = await readBootFailure(files.bootFailure).catch(() => undefined);
  const configuration = await readConfiguration(files.config);
  const network = await networkFacts(files);
  const report = await guestReport();
  const slot = await hostSlot(files);
  const observed: Observation = {
    now,
    recovering: await exists(files.recoveryLock),
    host: hostState(failure, unit("hostos-boot.service"), configuration !== undefined),
    configProblem: failure?.phase === "configuration" ? wordsOf(failure) : configuration?.problem,
    network,
    networkState: await readNetworkState(files.networkState).catch(() => undefined),
    vm: await guestVm(unit("guestos.service")),
    report,
    slot,
    upgrade: await readUpgradeRecord(files.upgradeRecord).catch(() => undefined),
    failedUnits: units.filter(({ active }) => active === "failed").map(({ name }) => name),
    varUsed: await usedPart(files.var),
  };
  const config = configuration?.config;
  return {
    explanation: explain(observed),
    facts: {
      nodeId: report?.nodeId,
      hostIpv6: network.addresses[0] ?? addressOf(config, "HostOS"),
      guestIpv6: addressOf(config, "GuestOS"),
      hostVersion: (await readFile(files.version, "utf8").catch(() => undefined))?.trim(),
      hostSlot: slot?.running,
      mgmtMac: config?.icos_settings.mgmt_mac,
      time: `${new Date(now).toISOString().slice(0, 16).replace("T", " ")} UTC`,
    },
  };
}

interface ReadConfiguration {
  readonly config: HostosConfig | undefined;
  readonly problem: string | undefined;
}

/** Undefined as long as the host has not written it. */
async function readConfiguration(file: string): Promise<ReadConfiguration | undefined> {
  if (!(await exists(file))) return undefined;
  try {
    const loaded = await loadConfig(file);
    if (loaded.kind === "HostOS") return { config: loaded.config, problem: undefined };
    return { config: undefined, problem: `${file} is a ${loaded.kind} object` };
  } catch (error) {
    return { config: undefined, problem: describeError(error) };
  }
}

function hostState(
  failure: BootFailure | undefined,
  boot: UnitState | undefined,
  configured: boolean,
): Observation["host"] {
  if (failure !== undefined && failure.phase !== "configuration")
    return { kind: "failed", reason: `${failure.phase}: ${wordsOf(failure)}` };
  // Between two tries systemd says that it is activating.
  if (boot?.active === "failed" || (boot?.active === "activating" && boot.restarts > 0 && failure === undefined))
    return { kind: "failed", reason: "Its boot program failed; `view-logs hostos-boot` says why." };
  return configured || boot?.active === "active" ? { kind: "ready" } : { kind: "starting" };
}

/** Without the first line, which says that the host does not start. */
function wordsOf({ lines }: BootFailure): string {
  return lines.slice(1).join(" ");
}

async function hostSlot(files: HostFiles): Promise<Observation["slot"]> {
  try {
    const running = runningSlot(await readFile(files.kernelCommandLine, "utf8"));
    return { running, state: bootStateOf(parseGrubenv(await readFile(files.grubenv))) };
  } catch {
    return undefined;
  }
}

function addressOf(config: HostosConfig | undefined, type: "HostOS" | "GuestOS"): string | undefined {
  try {
    return config === undefined ? undefined : hostAddressOf(config, type).ipv6;
  } catch {
    return undefined; // a fixed address is not derived
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function usedPart(path: string): Promise<number | undefined> {
  const { blocks, bavail } = await statfs(path).catch(() => ({ blocks: 0, bavail: 0 }));
  return blocks === 0 ? undefined : 1 - bavail / blocks;
}
