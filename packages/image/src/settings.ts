import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { IcosError, type Exec } from "@icos/system";

/** Where things are kept and fetched from. Every value can be set in the environment. */
export interface ImageSettings {
  /** Root of the repository: `images/` and `packages/` are below it. */
  readonly repository: string;
  /** Downloads, tools trees and build stages; safe to delete at any time (`ICOS_CACHE_DIR`). */
  readonly cache: string;
}

/** The repository this program belongs to. */
export const REPOSITORY = resolve(import.meta.dirname, "../../..");

export function imageSettings(environment: NodeJS.ProcessEnv = process.env): ImageSettings {
  const base = environment["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const cache = resolve(environment["ICOS_CACHE_DIR"] || join(base, "icos"));
  for (const forbidden of ["/usr", "/etc"])
    if (`${cache}/`.startsWith(`${forbidden}/`) || `${REPOSITORY}/`.startsWith(`${forbidden}/`))
      throw new IcosError(
        "bad-location",
        `Neither the cache (${cache}) nor the repository may lie below ${forbidden}.`,
        {
          next: "The tools tree replaces /usr and /etc; set ICOS_CACHE_DIR or move the clone.",
        },
      );
  return { repository: REPOSITORY, cache };
}

/** Archives that packages come from, by the name used in the lock. */
export interface Mirrors {
  readonly debian: string;
  readonly security: string;
  /** Snapshot service of the distribution, asked when a version has left the mirror. */
  readonly snapshot: string | undefined;
}

/**
 * `ICOS_DEBIAN_MIRROR`, `ICOS_DEBIAN_SECURITY_MIRROR` and `ICOS_DEBIAN_SNAPSHOT`; what is not set is taken from the
 * host's own apt configuration.
 */
export async function findMirrors(exec: Exec, environment: NodeJS.ProcessEnv = process.env): Promise<Mirrors> {
  const snapshot = environment["ICOS_DEBIAN_SNAPSHOT"]?.replace(/\/$/, "");
  let debian = environment["ICOS_DEBIAN_MIRROR"];
  let security = environment["ICOS_DEBIAN_SECURITY_MIRROR"];
  if (!debian || !security) {
    const format = "$(LABEL)|$(REPO_URI)|$(CREATED_BY)";
    const listing = await exec.run(["apt-get", "indextargets", "--format", format]).catch(() => undefined);
    for (const line of listing?.stdout.toString().split("\n") ?? []) {
      const [label, uri, createdBy] = line.split("|");
      if (createdBy !== "Packages") continue;
      if (label === "Debian") debian ||= uri;
      if (label === "Debian-Security") security ||= uri;
    }
  }
  if (!debian || !security)
    throw new IcosError("no-mirror", "No Debian mirror is known: apt on this host names none.", {
      next: "Set ICOS_DEBIAN_MIRROR and ICOS_DEBIAN_SECURITY_MIRROR to the URLs of a Debian and a Debian security archive.",
    });
  return { debian: debian.replace(/\/$/, ""), security: security.replace(/\/$/, ""), snapshot };
}
