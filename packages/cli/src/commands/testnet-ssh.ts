import { spawn } from "node:child_process";
import { IcosError } from "@icos/system";
import { type SshDestination, sshCommand } from "@icos/testnet";
import type { CliContext } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { chooseNode, requireNode, requireRunning } from "./find-testnet.ts";

/** Runs `ssh` from the tools tree on this terminal; its exit code becomes the command's. */
export async function testnetSsh(
  context: CliContext,
  text: string,
  command: readonly string[],
  layer: SshDestination["layer"],
): Promise<void> {
  const at = text.lastIndexOf("@");
  const user = at < 0 ? "admin" : text.slice(0, at);
  const { directories, node } = await chooseNode(context, text.slice(at + 1));
  const remote = command[0] === "--" ? command.slice(1) : command; // commander keeps it
  const { topology } = await requireNode(directories, node);
  await requireRunning(directories);
  const { openToolsTree } = await import("@icos/image");
  const tools = await openToolsTree();
  const ssh = await sshCommand(directories, topology, { user, node, layer }, remote);
  const [program = "ssh", ...args] = tools.wrap(ssh);
  const child = spawn(program, args, { stdio: "inherit" });
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new IcosError("ssh-failed", `ssh cannot be run: ${cause.message}.`, { cause })),
    );
    child.once("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) throw new ExitWith(code);
}
