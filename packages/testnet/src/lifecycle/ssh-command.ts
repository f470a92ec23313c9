import { join } from "node:path";
import { IcosError } from "@icos/system";
import type { TestnetDirectories } from "../state/directories.ts";
import { openKeys } from "../state/keys.ts";
import { deriveMachineAddress } from "../topology/machine-address.ts";
import { planTestnet, type TestnetPlan } from "../topology/plan.ts";
import type { Topology } from "../topology/topology.ts";

const CONNECT = join(import.meta.dirname, "..", "programs", "gateway-connect.ts");

/** The unix socket of the gateway into a testnet's network. */
export function gatewaySocket(directories: Pick<TestnetDirectories, "run">): string {
  return join(directories.run, "services", "gateway.sock");
}

export interface SshDestination {
  readonly user: string;
  readonly node: string;
  /** `host` is HostOS of a nested node; `guest`, unless told, is GuestOS of any node. */
  readonly layer?: "guest" | "host" | undefined;
}

/**
 * The `ssh` command that logs in to a node as `admin` or `root` through the gateway; `no-host` when it has no such layer. It reads no configuration of the user; a host
 * key is remembered for as long as the testnet exists.
 */
export async function sshCommand(
  directories: TestnetDirectories,
  topology: Topology,
  { user, node, layer = "guest" }: SshDestination,
  command: readonly string[],
): Promise<readonly string[]> {
  const plan = planTestnet(directories, topology, deriveMachineAddress);
  const address = layer === "guest" ? guestAddress(plan, node) : hostAddress(plan, node);
  const { privateKeyFile } = await openKeys(directories.keys).admin();
  const proxy = [process.execPath, CONNECT, gatewaySocket(directories)].map(quote).join(" ");
  const options = {
    ProxyCommand: `${proxy} %h %p`,
    IdentityFile: quoteForConfig(privateKeyFile),
    UserKnownHostsFile: quoteForConfig(join(directories.keys, "known_hosts")),
    IdentitiesOnly: "yes",
    HostKeyAlias: layer === "guest" ? node : `${node}.host`,
    StrictHostKeyChecking: "accept-new",
    LogLevel: "ERROR",
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  // Behind the destination everything is the remote command, `--` too.
  return ["ssh", "-F", "none", ...flags, "--", `${user}@${address}`, ...command];
}

function guestAddress(plan: TestnetPlan, node: string): string {
  return plan.nodes.find((each) => each.name === node)?.ipv6 ?? node;
}

function hostAddress(plan: TestnetPlan, node: string): string {
  const host = plan.nodes.find((each) => each.name === node)?.host;
  if (host !== undefined) return host.ipv6;
  throw new IcosError("no-host", `The node "${node}" has no HostOS: it is GuestOS alone.`, {
    next: "A testnet made with `--nested` has nodes with both.",
  });
}

/** For the shell that runs a ProxyCommand; `%` is ssh's own. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`.replaceAll("%", "%%");
}

function quoteForConfig(path: string): string {
  return `"${path.replaceAll("%", "%%")}"`;
}
