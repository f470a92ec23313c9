import {
  type ControlClient,
  findTestnet,
  listTestnetNames,
  NAME,
  type TestnetDirectories,
  testnetDirectories,
  type TestnetFile,
} from "@icos/testnet";
import { IcosError } from "@icos/system";
import * as v from "valibot";
import type { CliContext } from "../context.ts";

export const DEFAULT_TESTNET = "default";

/** The directories of a testnet by the name the user gave; a name that cannot be one is wrong usage. */
export function directoriesOf(context: Pick<CliContext, "env" | "uid">, name: string): TestnetDirectories {
  const checked = v.safeParse(NAME, name);
  if (!checked.success)
    throw new IcosError("usage", `"${name}" cannot be the name of a testnet: it ${checked.issues[0].message}.`);
  return testnetDirectories(name, context.env, context.uid);
}

/** The testnet that is meant when none is named: the only one there is, or the default one. */
export async function chooseTestnet(context: CliContext, name: string | undefined): Promise<TestnetDirectories> {
  if (name !== undefined) return directoriesOf(context, name);
  const names = await listTestnetNames(context.env);
  const [only] = names;
  if (only !== undefined && names.length === 1) return directoriesOf(context, only);
  if (names.length === 0 || names.includes(DEFAULT_TESTNET)) return directoriesOf(context, DEFAULT_TESTNET);
  throw new IcosError("usage", `There are several testnets: ${names.join(", ")}.`, { next: "Name the one you mean." });
}

/** `[TESTNET/]NODE`. */
export async function chooseNode(
  context: CliContext,
  text: string,
): Promise<{ readonly directories: TestnetDirectories; readonly node: string }> {
  const parts = text.split("/");
  const [first = "", second] = parts;
  if (parts.length > 2) throw new IcosError("usage", `"${text}" is not [TESTNET/]NODE.`);
  const directories = await chooseTestnet(context, second === undefined ? undefined : first);
  return { directories, node: second ?? first };
}

/** The file of a testnet that exists and has this node. */
export async function requireNode(directories: TestnetDirectories, node: string): Promise<TestnetFile> {
  const present = await findTestnet(directories);
  if (present.kind === "absent") throw noTestnet(directories.name);
  const names = present.file.topology.nodes.map((each) => each.name);
  if (names.includes(node)) return present.file;
  throw new IcosError("no-such-node", `Testnet "${directories.name}" has no node "${node}".`, {
    next: `Nodes: ${names.join(", ")}.`,
  });
}

/** The supervisor of a running testnet. */
export async function requireRunning(directories: TestnetDirectories): Promise<ControlClient> {
  const present = await findTestnet(directories);
  if (present.kind === "running") return present.client;
  if (present.kind === "absent") throw noTestnet(directories.name);
  throw new IcosError("testnet-not-running", `Testnet "${directories.name}" is not running.`, {
    next: `\`icos testnet resume ${directories.name}\` starts it again.`,
  });
}

function noTestnet(name: string): IcosError {
  return new IcosError("no-such-testnet", `There is no testnet "${name}".`, {
    next: "`icos testnet list` shows what there is; `icos testnet up` makes one.",
  });
}
