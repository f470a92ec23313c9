import type { HostState, HostStatus, NodeState, NodeStatus, TestnetState, TestnetStatus } from "@icos/testnet";
import type { CliContext, Style } from "../context.ts";
import { formatDuration, renderTable, type Cell } from "./table.ts";

const NODE_COLOUR: Readonly<Record<NodeState, Style>> = {
  off: "gray",
  failed: "red",
  booting: "cyan",
  unreachable: "red",
  registering: "cyan",
  unassigned: "yellow",
  assigned: "yellow",
  healthy: "green",
};

const HOST_COLOUR: Readonly<Record<HostState, Style>> = {
  off: "gray",
  failed: "red",
  booting: "cyan",
  unreachable: "red",
  running: "green",
};

const TESTNET_COLOUR: Readonly<Record<TestnetState | "broken", Style>> = {
  starting: "cyan",
  running: "green",
  degraded: "yellow",
  failed: "red",
  stopping: "cyan",
  stopped: "gray",
  crashed: "red",
  broken: "red",
};

export function testnetStateCell(context: Pick<CliContext, "style">, state: TestnetState | "broken"): Cell {
  return { text: state, shown: context.style(TESTNET_COLOUR[state], state) };
}

/** A testnet for a person to read: one line on it, one for each node, then what is wrong. */
export function renderStatus(context: Pick<CliContext, "style">, status: TestnetStatus): string {
  const bold = (text: string): string => context.style("bold", text);
  const head = [
    `${bold(status.name)}  ${testnetStateCell(context, status.state).shown}`,
    ...(status.accelerator ? [`accelerator ${status.accelerator}`] : []),
    ...(status.nns.url ? [`registry ${status.nns.url}`] : []),
  ].join("  ");
  const rows = status.nodes.map((node): (string | Cell)[] => [
    node.name,
    { text: node.state, shown: context.style(NODE_COLOUR[node.state], node.state) },
    shortPrincipal(node.nodeId),
    shortPrincipal(node.subnetId),
    node.version ?? "-",
    node.ipv6,
    node.statusUrl ?? "-",
  ]);
  const table = renderTable(["NODE", "STATE", "NODE ID", "SUBNET", "VERSION", "IPV6", "STATUS URL"], rows);
  return `${head}\n\n${table}${hostTable(context, status)}${notes(status)}`;
}

/** The HostOS of each nested node: the layer below the nodes' own. */
function hostTable(context: Pick<CliContext, "style">, { nodes }: TestnetStatus): string {
  const rows = nodes.flatMap(({ name, host }): (string | Cell)[][] => {
    if (host === null) return [];
    const state = { text: host.state, shown: context.style(HOST_COLOUR[host.state], host.state) };
    return [[name, state, host.guestVm ?? "-", slotText(host), host.version ?? "-", host.ipv6]];
  });
  if (rows.length === 0) return "";
  return `\n${renderTable(["HOST OF", "STATE", "GUEST VM", "SLOT", "VERSION", "IPV6"], rows)}`;
}

/** A version that its guest has not yet confirmed is taken back at the next boot. */
function slotText({ slot, confirmed }: HostStatus): string {
  return confirmed === false ? `${slot ?? "-"} (on trial)` : (slot ?? "-");
}

function notes(status: TestnetStatus): string {
  const lines: string[] = [];
  for (const node of status.nodes) {
    const fault = faultText(node);
    if (fault) lines.push(`${node.name}: ${fault}`);
    if (node.problem) lines.push(`${node.name}: ${node.problem.message}`);
  }
  if (status.problem) lines.push(status.problem.message, ...(status.problem.next ? [status.problem.next] : []));
  if (status.state === "starting")
    for (const { phase, done, text, milliseconds } of status.progress)
      if (!done && milliseconds !== null) lines.push(`${phase}: ${text} (${formatDuration(milliseconds)})`);
  if (status.state === "crashed")
    lines.push(`Its supervisor is gone. \`icos testnet resume ${status.name}\` brings it back.`);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}

function faultText({ link, partition }: NodeStatus): string {
  if (link === null && partition === null) return "";
  const parts = [
    ...(link?.cut ? ["cable pulled"] : []),
    ...(link?.delayMs ? [`delay ${link.delayMs} ms`] : []),
    ...(link?.jitterMs ? [`jitter ${link.jitterMs} ms`] : []),
    ...(link?.lossPercent ? [`loss ${link.lossPercent} %`] : []),
    ...(link?.bandwidthBitsPerSecond ? [`bandwidth ${link.bandwidthBitsPerSecond} bit/s`] : []),
    ...(partition === null ? [] : [`partition group ${partition}`]),
  ];
  return parts.join(", ");
}

/** The first group of a principal is enough to tell nodes apart; `--json` has all of it. */
function shortPrincipal(text: string | null): string {
  return text?.split("-")[0] ?? "-";
}
