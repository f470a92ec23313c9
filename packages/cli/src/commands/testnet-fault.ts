import { IcosError } from "@icos/system";
import { type LinkFault, POWER_ACTIONS } from "@icos/testnet";
import type { CliContext } from "../context.ts";
import { chooseNode, chooseTestnet, requireRunning } from "./find-testnet.ts";
import type { LinkOptions } from "./testnet.ts";

async function setLink(context: CliContext, text: string, fault: LinkFault, done: string): Promise<void> {
  const { directories, node } = await chooseNode(context, text);
  const client = await requireRunning(directories);
  await client.fault({ kind: "link", node, fault });
  context.err(`${node}: ${done}.\n`);
}

export function faultLink(context: CliContext, node: string, options: LinkOptions): Promise<void> {
  const { delay, jitter, loss, bandwidth } = options;
  const fault: LinkFault = {
    ...(delay === undefined ? {} : { delayMs: delay }),
    ...(jitter === undefined ? {} : { jitterMs: jitter }),
    ...(loss === undefined ? {} : { lossPercent: loss }),
    ...(bandwidth === undefined ? {} : { bandwidthBitsPerSecond: bandwidth }),
  };
  if (Object.keys(fault).length === 0)
    throw new IcosError("usage", "Say what to do to the cable: --delay, --jitter, --loss or --bandwidth.");
  return setLink(context, node, fault, "its cable is shaped");
}

export function faultCut(context: CliContext, node: string): Promise<void> {
  return setLink(context, node, { cut: true }, "its cable is pulled");
}

export async function faultPartition(
  context: CliContext,
  groups: readonly string[],
  testnet: string | undefined,
): Promise<void> {
  const client = await requireRunning(await chooseTestnet(context, testnet));
  await client.fault({ kind: "partition", groups: groups.map((group) => group.split(",").filter(Boolean)) });
  context.err("The network is split.\n");
}

export async function faultHeal(
  context: CliContext,
  nodes: readonly string[],
  testnet: string | undefined,
): Promise<void> {
  const chosen = await Promise.all(nodes.map((text) => chooseNode(context, testnet ? `${testnet}/${text}` : text)));
  const [first] = chosen;
  const directories = first?.directories ?? (await chooseTestnet(context, testnet));
  if (chosen.some((each) => each.directories.name !== directories.name))
    throw new IcosError("usage", "The nodes are of several testnets.", { next: "Heal one testnet at a time." });
  const client = await requireRunning(directories);
  const names = chosen.map(({ node }) => node);
  await client.fault(names.length === 0 ? { kind: "heal" } : { kind: "heal", nodes: names });
  context.err(names.length === 0 ? "The network is whole.\n" : `Repaired: ${names.join(", ")}.\n`);
}

export async function testnetPower(context: CliContext, text: string, nodeText: string): Promise<void> {
  const action = POWER_ACTIONS.find((each) => each === text);
  if (action === undefined)
    throw new IcosError("usage", `"${text}" is not an action: use ${POWER_ACTIONS.join(", ")}.`);
  const { directories, node } = await chooseNode(context, nodeText);
  const client = await requireRunning(directories);
  await client.power(node, action);
  context.err(`${node}: ${action} done.\n`);
}
