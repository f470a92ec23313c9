import { describeError, IcosError, type Clock, type Exec } from "@icos/system";
import * as v from "valibot";
import { requireNoRecovery } from "../recovery/under-way.ts";
import type { HostAction } from "./host-action.ts";

/** Accounts of the host's programs, by number (`images/hostos/accounts`). */
const ROOT = 0;
const HOST_AGENT = 802;
const LIMITED_CONSOLE = 804;

const SYSTEMCTL = "/usr/bin/systemctl";
const JOURNALCTL = "/usr/bin/journalctl";
/** A guest has two minutes to shut down, and its start takes a while; installing writes an image. */
const UNIT_MS = 15 * 60_000;

interface ActionEntry {
  /** Who may ask for it, beside root. */
  readonly users: readonly number[];
  /** What systemctl is told. */
  readonly command: readonly string[];
  /** Whose logs say why it failed: the unit, and what it is started with. */
  readonly units?: readonly string[];
  /** Not while a manual recovery runs. */
  readonly disturbsRecovery?: boolean;
}

/** Each action is one fixed command: nothing of a request gets into it. */
const ACTIONS: { readonly [Action in HostAction]: ActionEntry } = {
  "restart-guestos": {
    users: [LIMITED_CONSOLE],
    command: ["restart", "guestos.service"],
    units: ["guestos.service"],
    disturbsRecovery: true,
  },
  "restart-upgrade-guestos": {
    users: [HOST_AGENT],
    command: ["restart", "upgrade-guestos.service"],
    units: ["upgrade-guestos.service", "upgrade-disk.service"],
  },
  "install-upgrade": {
    users: [HOST_AGENT],
    command: ["start", "hostos-upgrade.service"],
    units: ["hostos-upgrade.service"],
  },
  reboot: { users: [LIMITED_CONSOLE], command: ["start", "--no-block", "host-reboot.service"] },
  "reboot-soon": { users: [HOST_AGENT], command: ["start", "host-reboot.timer"] },
};

/**
 * The number of the account at the other end of a socket, from the name that systemd gives the unit of a connection:
 * `COUNT-PID-UID`, in newer versions with more about the process. Throws `caller-unknown`.
 */
export function callerOf(instance: string): number {
  const uid = /^\d+-.*-(\d{1,10})$/.exec(instance)?.[1];
  if (uid !== undefined) return Number(uid);
  throw new IcosError("caller-unknown", `Systemd does not say who asks (${instance}).`);
}

export interface PerformModules {
  readonly exec: Exec;
  readonly clock: Clock;
  /** There while a manual recovery runs. */
  readonly recoveryNotice?: string;
}

/**
 * Does one action for the account `caller`. Rejects with `not-allowed`, `recovery-under-way`, or `action-failed` with what the
 * unit said last.
 */
export async function performAction(
  action: HostAction,
  caller: number,
  { exec, clock, recoveryNotice }: PerformModules,
): Promise<void> {
  const { users, command, units = [], disturbsRecovery = false } = ACTIONS[action];
  if (caller !== ROOT && !users.includes(caller)) {
    throw new IcosError("not-allowed", `The account ${caller} may not ask for ${action}.`);
  }
  if (disturbsRecovery) await requireNoRecovery(recoveryNotice);
  const since = clock.now();
  try {
    await exec.run([SYSTEMCTL, ...command], { timeout: UNIT_MS });
  } catch (cause) {
    const last = await lastWords(units, since, exec);
    throw new IcosError("action-failed", last === "" ? describeError(cause) : `${units[0]} failed: ${last}`, { cause });
  }
}

/** A line of the host's programs. */
const loggedSchema = v.object({ message: v.string(), next: v.optional(v.string()) });

/**
 * The last errors that the units' processes logged since then; systemctl itself only says where to look, and the guest cannot look there.
 * Not by `--unit`: what systemd says of a unit would come last, and that is only that it failed.
 */
async function lastWords(units: readonly string[], since: number, exec: Exec): Promise<string> {
  if (units.length === 0) return "";
  const command = [
    JOURNALCTL,
    ...units.map((unit) => `_SYSTEMD_UNIT=${unit}`),
    "--boot",
    `--since=@${since / 1000}`,
    "--priority=err",
    "--lines=3",
    "--output=cat",
    "--no-pager",
    "--quiet",
  ];
  const { stdout } = await exec.run(command, { timeout: 10_000 }).catch(() => ({ stdout: Buffer.alloc(0) }));
  return stdout.toString().trim().split("\n").map(wordsOf).join(" ").slice(-1_000);
}

function wordsOf(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { message, next } = v.parse(loggedSchema, JSON.parse(line));
    return next === undefined ? message : `${message} ${next}`;
  } catch {
    return line;
  }
}
