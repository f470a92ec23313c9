import { resolve } from "node:path";
import { parsePrepPlan, PREP_FILES, prepareNetwork, writeNetwork } from "@icos/bootstrap";
import type { CliContext } from "../context.ts";
import { renderTable } from "../output/table.ts";
import type { PrepReport } from "../schemas/prep.ts";
import { readPlan } from "./prep-plan.ts";
import type { PrepCommandOptions } from "./prep.ts";

/** When networks begin that follow from a seed, so that the seed alone decides. */
const SEEDED_TIME = Date.parse("2025-01-01T00:00:00Z");

export async function prep(context: CliContext, options: PrepCommandOptions): Promise<void> {
  const plan = parsePrepPlan(await readPlan(context, options), options.topology);
  const { seed, time = seed === undefined ? Date.now() : SEEDED_TIME } = options;
  if (plan.release_package_download_url === undefined && options.allowEmptyUpdateImage === undefined)
    context.err(`note: version ${plan.replica_version} has no update image, so no node can be upgraded to it\n`);
  const network = prepareNetwork({ plan, time, ...(seed !== undefined && { seed: Buffer.from(seed) }) });
  const directory = resolve(options.workingDir);
  await writeNetwork(directory, network);
  const subnetOf = new Map(network.subnets.map(({ idx, id }) => [idx, id.toText()]));
  const report: PrepReport = {
    directory,
    rootKey: PREP_FILES.rootKey,
    records: network.version.changes.length,
    subnets: network.subnets.map(({ idx, id, members }) => ({ idx, id: id.toText(), nodes: members.length })),
    nodes: network.nodes.map(({ plan: { idx, subnet_idx, api_boundary_node }, nodeId }) => ({
      idx,
      id: nodeId.toText(),
      directory: PREP_FILES.node(idx),
      subnet: (subnet_idx === undefined ? undefined : subnetOf.get(subnet_idx)) ?? null,
      apiBoundaryNode: api_boundary_node,
    })),
    made: [
      ...(network.governanceKey ? [PREP_FILES.governanceKey] : []),
      ...(network.operatorKey ? [PREP_FILES.operatorKey] : []),
    ],
  };
  if (options.json) return context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  const rows = report.nodes.map(({ idx, id, subnet, apiBoundaryNode }) => [
    `${idx}`,
    id,
    subnet ?? (apiBoundaryNode ? "API boundary node" : "unassigned"),
  ]);
  context.out(renderTable(["NODE", "ID", "SUBNET"], rows));
  const subnets = `${report.subnets.length} ${report.subnets.length === 1 ? "subnet" : "subnets"}`;
  context.err(`${report.records} records at version 1, ${subnets}: ${directory}\n`);
}
