import { readFile } from "node:fs/promises";
import { IcosError, type Exec } from "@icos/system";

/** Switches of various kernels and distributions that keep unprivileged users from making namespaces. */
const SWITCHES = [
  {
    file: "/proc/sys/kernel/unprivileged_userns_clone",
    forbids: "0",
    fix: "sysctl -w kernel.unprivileged_userns_clone=1",
  },
  {
    file: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    forbids: "1",
    fix: "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
  },
  { file: "/proc/sys/user/max_user_namespaces", forbids: "0", fix: "sysctl -w user.max_user_namespaces=10000" },
];

/** Fails with the setting to change when this user cannot make the namespaces that tools run in. */
export async function requireNamespaces(exec: Exec): Promise<void> {
  const root = process.getuid?.() === 0;
  try {
    await exec.run(["unshare", ...(root ? [] : ["--map-root-user"]), "--mount", "true"]);
  } catch (cause) {
    throw new IcosError(
      "no-namespaces",
      root
        ? "This machine does not let root make a mount namespace."
        : "This machine does not let a user without root make namespaces.",
      { next: await adviseOnNamespaces(root), cause },
    );
  }
}

async function adviseOnNamespaces(root: boolean): Promise<string> {
  for (const { file, forbids, fix } of SWITCHES) {
    const value = await readFile(file, "utf8").catch(() => "");
    if (value.trim() === forbids) return `${file} is ${forbids}; as root run \`${fix}\`.`;
  }
  return root
    ? "In a container, give it CAP_SYS_ADMIN."
    : "Ask the administrator for user namespaces (in a container: allow the unshare and mount system calls), or run as root.";
}
