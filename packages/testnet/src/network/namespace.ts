import { readFile } from "node:fs/promises";
import { IcosError, type Exec, type SpawnCommand } from "@icos/system";

/**
 * Gives a command its own network namespace: root makes one directly, others inside a user namespace. Decided where it
 * runs, since what wraps this may already have made the user root. The process id stays the command's.
 */
export const ownNetwork: SpawnCommand = (command) => ["sh", "-c", ENTER, "own-network", ...command];

const ENTER =
  'if [ "$(id -u)" = 0 ]; then exec unshare --net -- "$@"; else exec unshare --user --map-root-user --net -- "$@"; fi';

/** Ends the command when the thread that started it ends, however that ends. */
export const dieWithParent: SpawnCommand = (command) => ["setpriv", "--pdeathsig", "KILL", "--", ...command];

export interface NamespaceCheck {
  readonly exec: Exec;
  /** A kernel setting's value, or `undefined` when the kernel has no such setting. */
  readonly readSetting?: (name: string) => Promise<string | undefined>;
}

/** Settings that refuse user or network namespaces: the name, the value that refuses, the value to set. */
const REFUSALS = [
  { name: "kernel.unprivileged_userns_clone", refuses: "0", allow: "1" },
  { name: "kernel.apparmor_restrict_unprivileged_userns", refuses: "1", allow: "0" },
  { name: "user.max_user_namespaces", refuses: "0", allow: "15000" },
  { name: "user.max_net_namespaces", refuses: "0", allow: "15000" },
] as const;

/** Rejects with `namespaces-refused`, naming the setting to change, when {@link ownNetwork} would not work here. */
export async function checkNamespaces({ exec, readSetting = readSysctl }: NamespaceCheck): Promise<void> {
  const probe = ownNetwork(["test", "-w", "/proc/sys/net/ipv6/conf/default/accept_ra"]);
  try {
    await exec.run(probe, { timeout: 20_000 });
  } catch (cause) {
    throw await refused(readSetting, cause);
  }
}

async function refused(readSetting: (name: string) => Promise<string | undefined>, cause: unknown): Promise<IcosError> {
  const settings: string[] = [];
  for (const { name, refuses, allow } of REFUSALS) {
    if ((await readSetting(name))?.trim() === refuses) settings.push(`${name}=${allow}`);
  }
  const next =
    settings.length > 0
      ? `Run \`sudo sysctl -w ${settings.join(" ")}\`, or start the testnet as root.`
      : "Start the testnet as root, or allow user and network namespaces (and a writable /proc/sys/net) to this user.";
  return new IcosError("namespaces-refused", "This machine refuses a network namespace to this user.", {
    next,
    details: { settings },
    cause,
  });
}

async function readSysctl(name: string): Promise<string | undefined> {
  return readFile(`/proc/sys/${name.replaceAll(".", "/")}`, "utf8").catch(() => undefined);
}
