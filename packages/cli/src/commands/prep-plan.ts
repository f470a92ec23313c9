import { readFile } from "node:fs/promises";
import { parseJson5, readDataCenters } from "@icos/bootstrap";
import { describeError, IcosError, systemErrorCode } from "@icos/system";
import { deriveMachineAddress, parseTopology, planTestnet } from "@icos/testnet";
import * as v from "valibot";
import type { CliContext } from "../context.ts";
import { DEFAULT_TESTNET, directoriesOf } from "./find-testnet.ts";
import type { PrepCommandOptions } from "./prep.ts";

/** The ports that nodes of a testnet serve on. */
const XNET_PORT = 2497;
const API_PORT = 8080;

type Environment = Pick<CliContext, "env" | "uid">;

const planFile = v.record(v.string(), v.unknown());
const testnetTopology = v.object({ nodes: v.pipe(v.array(v.object({ name: v.string() })), v.minLength(1)) });

/** What the options and the files that they name say, not checked yet. Options win over the topology file. */
export async function readPlan(context: Environment, options: PrepCommandOptions): Promise<unknown> {
  const fromFile = options.topology === undefined ? {} : await readTopologyFile(context, options.topology, options);
  const nodes = options.node?.map((text) => parseJson5(text.trim().startsWith("{") ? text : `{${text}}`, "--node"));
  const told = {
    nodes,
    replica_version: options.replicaVersion,
    release_package_download_url: options.releasePackageDownloadUrl,
    release_package_sha256_hex: options.releasePackageSha256Hex,
    initial_node_operator: options.initialNodeOperator,
    initial_node_provider: options.initialNodeProvider,
    ...(await readOperators(options)),
    no_subnet_records: options.subnetRecords ? undefined : true,
    specified_ids_allocation_range: options.useSpecifiedIdsAllocationRange,
    governance: options.governance,
    ssh_readonly_access: await readLines(options.sshReadonlyAccessFile),
    ssh_backup_access: await readLines(options.sshBackupAccessFile),
    provisional_whitelist: await readWhitelist(options.provisionalWhitelist),
    whitelisted_prefixes: options.whitelistedPrefixes,
    whitelisted_ports: options.whitelistedPorts,
    dkg_interval_length: options.dkgIntervalLength,
    max_ingress_bytes_per_message: options.maxIngressBytesPerMessage,
    max_block_payload_size: options.maxBlockPayloadSize,
  };
  const plan = { ...fromFile, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) };
  if ("nodes" in plan) return plan;
  throw new IcosError("usage", "Say which nodes there are: by --topology or --node.");
}

/** The data centres of a directory, and their operators. */
async function readOperators({ dcPkPath, requireNodeProviderKey }: PrepCommandOptions): Promise<object> {
  const requires = requireNodeProviderKey === true;
  if (dcPkPath !== undefined) return readDataCenters(dcPkPath, { requireNodeProviderKey: requires });
  if (requires) throw new IcosError("usage", "--require-node-provider-key goes with --dc-pk-path.");
  return {};
}

async function readTopologyFile(
  context: Environment,
  file: string,
  { testnet = DEFAULT_TESTNET }: PrepCommandOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(file);
  const value = parseJson5(text, "The topology", file);
  if (v.is(testnetTopology, value)) return { nodes: testnetNodes(context, testnet, text, file) };
  if (v.is(planFile, value)) return value;
  throw new IcosError("prep-plan-invalid", "The topology is not an object.", { place: { file } });
}

/** The nodes at the addresses that they have in the testnet; subnets are counted in the order of the file. */
function testnetNodes(context: Environment, testnet: string, text: string, file: string): unknown[] {
  const plan = planTestnet(directoriesOf(context, testnet), parseTopology(text, file), deriveMachineAddress);
  return plan.nodes.map(({ index, ipv6, subnet }) => {
    const subnetIndex = plan.subnets.findIndex(({ name }) => name === subnet);
    return {
      idx: index,
      ...(subnetIndex >= 0 && { subnet_idx: subnetIndex }),
      xnet_api: `[${ipv6}]:${XNET_PORT}`,
      public_api: `[${ipv6}]:${API_PORT}`,
    };
  });
}

async function readLines(file: string | undefined): Promise<readonly string[] | undefined> {
  if (file === undefined) return undefined;
  const lines = (await readText(file)).split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}

async function readWhitelist(file: string | undefined): Promise<unknown> {
  return file === undefined ? undefined : parseJson5(await readText(file), "The provisional whitelist", file);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const why = systemErrorCode(cause) === "ENOENT" ? "There is no such file" : describeError(cause);
    throw new IcosError("file-unreadable", `${file} cannot be read: ${why}.`, { place: { file }, cause });
  }
}
