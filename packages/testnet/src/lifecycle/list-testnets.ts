import type { DirectoryEnvironment } from "../state/directories.ts";
import { testnetDirectories } from "../state/directories.ts";
import { listTestnetNames } from "../state/testnet-file.ts";
import type { TestnetState } from "../control/status-schema.ts";
import { findTestnet } from "./presence.ts";

export interface TestnetSummary {
  readonly name: string;
  readonly state: TestnetState | "broken";
  readonly nodes: number;
  readonly healthy: number;
  readonly nnsUrl: string | null;
  readonly directory: string;
}

/** All testnets of this user; one whose file cannot be read is listed as broken. */
export function listTestnets(env: DirectoryEnvironment, uid: number): Promise<TestnetSummary[]> {
  return listTestnetNames(env).then((names) => Promise.all(names.map((name) => summarize(name, env, uid))));
}

async function summarize(name: string, env: DirectoryEnvironment, uid: number): Promise<TestnetSummary> {
  const directories = testnetDirectories(name, env, uid);
  const base = { name, nodes: 0, healthy: 0, nnsUrl: null, directory: directories.state };
  try {
    const present = await findTestnet(directories);
    if (present.kind === "absent") return { ...base, state: "broken" };
    const nodes = present.file.topology.nodes.length;
    if (present.kind !== "running") return { ...base, nodes, state: present.kind };
    const { status } = present;
    const healthy = status.nodes.filter((node) => node.healthy).length;
    return { ...base, nodes, healthy, state: status.state, nnsUrl: status.nns.url };
  } catch {
    return { ...base, state: "broken" };
  }
}
