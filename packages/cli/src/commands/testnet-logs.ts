import { findTestnet, nodeDirectories } from "@icos/testnet";
import { IcosError } from "@icos/system";
import type { CliContext } from "../context.ts";
import type { LogsOptions } from "./testnet.ts";
import { chooseNode, requireNode, requireRunning } from "./find-testnet.ts";

export async function testnetLogs(
  context: CliContext,
  text: string,
  { follow, lines, guest }: LogsOptions,
): Promise<void> {
  if (guest) return guestLogs(context, text, follow === true, lines);
  const { directories, node } = await chooseNode(context, text);
  await requireNode(directories, node);
  const { followLog } = await import("@icos/vm");
  const from = lines === undefined ? "start" : { lines };
  const log = followLog(nodeDirectories(directories, node).consoleLog, {
    from,
    follow: follow === true,
    signal: context.signal,
  });
  for await (const chunk of log) if (!process.stdout.write(chunk)) await drained();
}

/** Where HostOS keeps what its guest writes to its serial console. */
const GUEST_LOG = "/var/log/guestos/guestos-serial.log";

async function guestLogs(context: CliContext, text: string, follow: boolean, lines: number | undefined): Promise<void> {
  const from = lines === undefined ? "+1" : String(lines);
  const { testnetSsh } = await import("./testnet-ssh.ts");
  await testnetSsh(context, `root@${text}`, ["tail", "-n", from, ...(follow ? ["-F"] : []), GUEST_LOG], "host");
}

function drained(): Promise<void> {
  return new Promise((resolve) => process.stdout.once("drain", () => resolve()));
}

export async function testnetConsole(context: CliContext, text: string): Promise<void> {
  const { directories, node } = await chooseNode(context, text);
  await requireNode(directories, node);
  await requireRunning(directories);
  const { attachConsole } = await import("@icos/vm");
  const { consoleSocket } = await import("@icos/testnet");
  context.err(`Console of ${node}; Ctrl-] leaves it.\n`);
  const end = await attachConsole({
    socketPath: consoleSocket(nodeDirectories(directories, node)),
    input: process.stdin,
    output: process.stdout,
    signal: context.signal,
  });
  process.stdin.pause();
  if (end === "left") return context.err("\n");
  const present = await findTestnet(directories);
  if (present.kind === "running") return context.err(`\nThe machine of ${node} has stopped or restarts.\n`);
  throw new IcosError("testnet-not-running", `\nTestnet "${directories.name}" has stopped.`);
}
