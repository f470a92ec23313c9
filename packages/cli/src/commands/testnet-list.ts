import { listTestnets } from "@icos/testnet";
import type { CliContext } from "../context.ts";
import { testnetStateCell } from "../output/status-table.ts";
import { renderTable } from "../output/table.ts";
import type { JsonOption } from "./testnet.ts";

export async function testnetList(context: CliContext, { json }: JsonOption): Promise<void> {
  const testnets = await listTestnets(context.env, context.uid);
  if (json) return context.out(`${JSON.stringify({ testnets }, undefined, 2)}\n`);
  if (testnets.length === 0) return context.err("There is no testnet. `icos testnet up` makes one.\n");
  const rows = testnets.map(({ name, state, nodes, healthy, nnsUrl }) => [
    name,
    testnetStateCell(context, state),
    `${healthy} of ${nodes}`,
    nnsUrl ?? "-",
  ]);
  context.out(renderTable(["TESTNET", "STATE", "HEALTHY", "REGISTRY"], rows));
}
