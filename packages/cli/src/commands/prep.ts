import { type Command, InvalidArgumentError } from "commander";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";

/** `icos prep`; names of options are upstream's where upstream has them. */
export function registerPrep(parent: Command, context: CliContext): void {
  parent
    .command("prep")
    .description("from a topology to a network: initial registry, keys, and each node's files")
    .requiredOption("--working-dir <dir>", "where to write; empty or missing")
    .option("--topology <file>", "JSON5: a plan of the network, or a testnet's topology")
    .option("--testnet <name>", "whose addresses the nodes of a testnet's topology have (default unless told)")
    .option("--node <json5>", "a node: idx, subnet_idx, xnet_api, public_api, …; may be repeated", collect)
    .option("--replica-version <id>", "the GuestOS version that is elected and runs")
    .option("--release-package-download-url <url>", "of that version's update image")
    .option("--release-package-sha256-hex <hash>", "of that version's update image")
    .option("--initial-node-operator <principal>", "of the nodes that name none (one is made unless told)")
    .option("--initial-node-provider <principal>", "of the initial operator (itself unless told)")
    .option("--dc-pk-path <dir>", "data centres: NAME.der, the key of the operator of each, and meta.json")
    .option("--require-node-provider-key", "refuse a data centre in meta.json without a node_provider")
    .option("--governance <principal>", "who decides (a key is made unless told)")
    .option("--allow-empty-update-image", "say nothing when the version has no update image")
    .option("--no-subnet-records", "write no subnets: all nodes are unassigned")
    .option("--use-specified-ids-allocation-range", "the root subnet has canister ids to choose from")
    .option("--ssh-readonly-access-file <file>", "public keys, one a line")
    .option("--ssh-backup-access-file <file>", "public keys, one a line")
    .option("--provisional-whitelist <file>", 'JSON list of principals; ["*"] is everybody')
    .option("--whitelisted-prefixes <list>", "IPv6 prefixes that all nodes let in, with commas between", list)
    .option("--whitelisted-ports <list>", "ports for them, beside 8080, with commas between", ports)
    .option("--dkg-interval-length <blocks>", "of subnets; negative is the default", wholeNumber)
    .option("--max-ingress-bytes-per-message <bytes>", "of subnets", wholeNumber)
    .option("--max-block-payload-size <bytes>", "of subnets", wholeNumber)
    .option("--seed <text>", "all keys follow from it; who knows it has them, so only for networks to try things out")
    .option("--time <time>", "when the network begins (now, with --seed 2025-01-01T00:00:00Z, unless told)", time)
    .option("--json", "print what was made as JSON")
    .addHelpText(
      "after",
      examples(
        "icos prep --working-dir network --topology topology.json --replica-version v1 --seed try",
        `icos prep --working-dir network --replica-version v1 --node 'idx:0,subnet_idx:0,xnet_api:"[2001:db8::1]:2497",public_api:"[2001:db8::1]:8080"'`,
      ),
    )
    .action(async (options: PrepCommandOptions) => {
      const { prep } = await import("./prep-run.ts");
      await prep(context, options);
    });
}

export interface PrepCommandOptions {
  readonly workingDir: string;
  readonly topology?: string;
  readonly testnet?: string;
  readonly node?: readonly string[];
  readonly replicaVersion?: string;
  readonly releasePackageDownloadUrl?: string;
  readonly releasePackageSha256Hex?: string;
  readonly initialNodeOperator?: string;
  readonly initialNodeProvider?: string;
  readonly dcPkPath?: string;
  readonly requireNodeProviderKey?: true;
  readonly allowEmptyUpdateImage?: true;
  readonly subnetRecords: boolean;
  readonly useSpecifiedIdsAllocationRange?: true;
  readonly governance?: string;
  readonly sshReadonlyAccessFile?: string;
  readonly sshBackupAccessFile?: string;
  readonly provisionalWhitelist?: string;
  readonly whitelistedPrefixes?: readonly string[];
  readonly whitelistedPorts?: readonly number[];
  readonly dkgIntervalLength?: number;
  readonly maxIngressBytesPerMessage?: number;
  readonly maxBlockPayloadSize?: number;
  readonly seed?: string;
  /** Milliseconds since the Unix epoch. */
  readonly time?: number;
  readonly json?: true;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function list(value: string): readonly string[] {
  return value.split(",").map((part) => part.trim());
}

function ports(value: string): readonly number[] {
  return list(value).map(wholeNumber);
}

function wholeNumber(value: string): number {
  if (!/^-?[0-9]{1,15}$/.test(value)) throw new InvalidArgumentError(`"${value}" is not a whole number.`);
  return Number(value);
}

function time(value: string): number {
  const milliseconds = Date.parse(value);
  if (!/^\d{4}-\d{2}-\d{2}T.*Z$/.test(value) || Number.isNaN(milliseconds) || milliseconds < 0) {
    throw new InvalidArgumentError(`"${value}" is not a time such as 2026-03-01T12:00:00Z.`);
  }
  return milliseconds;
}
