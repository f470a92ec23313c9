import { parseArgs } from "node:util";
import { describeError, IcosError } from "@icos/system";

/** The command line of the replica process: upstream's arguments. */
export interface ReplicaArguments {
  readonly replicaVersion: string;
  readonly configFile: string;
  /** A catch-up package; nothing is caught up with yet, so it is only taken note of. */
  readonly catchUpPackage: string | undefined;
  /** The subnet that the replica is started for, as principal text. */
  readonly forceSubnet: string;
}

const OPTIONS = {
  "replica-version": { type: "string" },
  "config-file": { type: "string" },
  "catch-up-package": { type: "string" },
  "force-subnet": { type: "string" },
} as const;

/** Throws `wrong-usage`, naming every argument that is missing. */
export function parseReplicaArguments(argv: readonly string[]): ReplicaArguments {
  let values;
  try {
    ({ values } = parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }));
  } catch (cause) {
    throw new IcosError("wrong-usage", `The replica's arguments are wrong: ${describeError(cause)}.`, { cause });
  }
  const {
    "replica-version": replicaVersion,
    "config-file": configFile,
    "force-subnet": forceSubnet,
    "catch-up-package": catchUpPackage,
  } = values;
  if (!replicaVersion || !configFile || !forceSubnet) {
    const needed = { "--replica-version": replicaVersion, "--config-file": configFile, "--force-subnet": forceSubnet };
    const missing = Object.entries(needed).flatMap(([name, value]) => (value ? [] : [name]));
    throw new IcosError("wrong-usage", `The replica needs ${missing.join(", ")}.`);
  }
  return { replicaVersion, configFile, catchUpPackage, forceSubnet };
}
