import { join } from "node:path";
import { parseArgs } from "node:util";
import { SSH_KEYS_DIRECTORY } from "@icos/config";
import { describeError, IcosError } from "@icos/system";
import { parseListenAddress, type ListenAddress } from "@icos/system/text-server";

/** What the orchestrator is told on its command line; the rest is in `ic.json5`. Flags have upstream's names. */
export interface OrchestratorOptions {
  /** `--replica-config-file` */
  readonly configFile: string;
  /** `--version-file` */
  readonly versionFile: string;
  /** `--orchestrator-data-directory` */
  readonly dataDirectory: string;
  /** `--ic-binary-directory`: holds `node`; the replica's program is `../lib/replica.mjs` from there. */
  readonly binaryDirectory: string;
  /** `--enable-provisional-registration`: the node registers itself. */
  readonly registers: boolean;
  /** `--metrics-listen-addr` */
  readonly metricsAddress: ListenAddress;
  /** `--dashboard-listen-addr` (a fixed port upstream) */
  readonly dashboardAddress: ListenAddress;
  /** `--grubenv` */
  readonly grubenv: string;
  /** `--confirm-boot-request` */
  readonly confirmRequest: string;
  /** `--firewall-socket`: takes rulesets (`apply-firewall.socket`). */
  readonly firewallSocket: string;
  /** `--ssh-keys-socket`: takes lists of keys (`provision-ssh-keys.socket`); images without SSH have none. */
  readonly sshKeysSocket: string;
  /** `--ssh-keys-directory`: where the lists are, one file for each account. */
  readonly sshKeysDirectory: string;
  /** `--dc-id`: shown on the dashboard instead of the registry's. */
  readonly dcId: string | undefined;
}

const FLAGS = {
  "replica-config-file": { type: "string", default: "/run/ic-node/config/ic.json5" },
  "version-file": { type: "string", default: "/opt/ic/share/version.txt" },
  "orchestrator-data-directory": { type: "string", default: "/var/lib/ic/data/orchestrator" },
  "ic-binary-directory": { type: "string", default: "/opt/ic/bin" },
  "enable-provisional-registration": { type: "boolean", default: false },
  "metrics-listen-addr": { type: "string", default: "[::]:9091" },
  "dashboard-listen-addr": { type: "string", default: "[::]:7070" },
  grubenv: { type: "string", default: "/boot/grub/grubenv" },
  "confirm-boot-request": { type: "string", default: "/run/ic-node/confirm-boot" },
  "firewall-socket": { type: "string", default: "/run/guestos/apply-firewall.socket" },
  "ssh-keys-socket": { type: "string", default: "/run/guestos/provision-ssh-keys.socket" },
  "ssh-keys-directory": { type: "string", default: `/boot/config/${SSH_KEYS_DIRECTORY}` },
  "dc-id": { type: "string" },
} as const;

export function parseOrchestratorOptions(args: readonly string[]): OrchestratorOptions {
  const values = parse(args);
  return {
    configFile: values["replica-config-file"],
    versionFile: values["version-file"],
    dataDirectory: values["orchestrator-data-directory"],
    binaryDirectory: values["ic-binary-directory"],
    registers: values["enable-provisional-registration"],
    metricsAddress: parseListenAddress(values["metrics-listen-addr"]),
    dashboardAddress: parseListenAddress(values["dashboard-listen-addr"]),
    grubenv: values.grubenv,
    confirmRequest: values["confirm-boot-request"],
    firewallSocket: values["firewall-socket"],
    sshKeysSocket: values["ssh-keys-socket"],
    sshKeysDirectory: values["ssh-keys-directory"],
    dcId: values["dc-id"],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: false }).values;
  } catch (cause) {
    throw new IcosError("wrong-usage", `The orchestrator's arguments are wrong: ${describeError(cause)}.`, { cause });
  }
}

/**
 * Keep a program below the budget of 80 MB resident memory. The optimising compilers take ten megabytes; BLS, which is what
 * costs time here, spends it in big integers and is as fast without them (measured: 25 ms a verification either way).
 */
export const NODE_MEMORY_FLAGS: readonly string[] = [
  "--max-old-space-size=32",
  "--max-semi-space-size=1",
  "--v8-pool-size=1",
  "--no-opt",
  "--no-maglev",
];

/** The command that runs the replica for a subnet, with upstream's arguments as far as what they name exists. */
export function replicaCommand(options: OrchestratorOptions, version: string, subnetId: string): readonly string[] {
  return [
    join(options.binaryDirectory, "node"),
    ...NODE_MEMORY_FLAGS,
    join(options.binaryDirectory, "../lib/replica.mjs"),
    `--replica-version=${version}`,
    `--config-file=${options.configFile}`,
    `--force-subnet=${subnetId}`,
  ];
}
