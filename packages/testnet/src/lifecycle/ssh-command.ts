import { join } from "node:path";
import type { TestnetDirectories } from "../state/directories.ts";
import { openKeys } from "../state/keys.ts";
import { deriveGuestAddress } from "../topology/guest-address.ts";
import { planTestnet } from "../topology/plan.ts";
import type { Topology } from "../topology/topology.ts";

const CONNECT = join(import.meta.dirname, "..", "programs", "gateway-connect.ts");

/** The unix socket of the gateway into a testnet's network. */
export function gatewaySocket(directories: Pick<TestnetDirectories, "run">): string {
  return join(directories.run, "services", "gateway.sock");
}

/**
 * The `ssh` command that logs in to a node as `admin` or `root` through the gateway. It reads no configuration of the user; a host
 * key is remembered for as long as the testnet exists.
 */
export async function sshCommand(
  directories: TestnetDirectories,
  topology: Topology,
  { user, node }: { readonly user: string; readonly node: string },
  command: readonly string[],
): Promise<readonly string[]> {
  const plan = planTestnet(directories, topology, deriveGuestAddress);
  const address = plan.nodes.find((each) => each.name === node)?.ipv6 ?? node;
  const { privateKeyFile } = await openKeys(directories.keys).admin();
  const proxy = [process.execPath, CONNECT, gatewaySocket(directories)].map(quote).join(" ");
  const options = {
    ProxyCommand: `${proxy} %h %p`,
    IdentityFile: quoteForConfig(privateKeyFile),
    UserKnownHostsFile: quoteForConfig(join(directories.keys, "known_hosts")),
    IdentitiesOnly: "yes",
    HostKeyAlias: node,
    StrictHostKeyChecking: "accept-new",
    LogLevel: "ERROR",
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  // Behind the destination everything is the remote command, `--` too.
  return ["ssh", "-F", "none", ...flags, "--", `${user}@${address}`, ...command];
}

/** For the shell that runs a ProxyCommand; `%` is ssh's own. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`.replaceAll("%", "%%");
}

function quoteForConfig(path: string): string {
  return `"${path.replaceAll("%", "%%")}"`;
}
