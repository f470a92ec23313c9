import type { TestnetStatus } from "../control/status-schema.ts";
import type { TestnetDirectories } from "../state/directories.ts";
import { offlineStatus } from "../supervisor/status.ts";
import { planTestnet } from "../topology/plan.ts";
import { deriveMachineAddress } from "../topology/machine-address.ts";
import { findTestnet, noSuchTestnet } from "./presence.ts";

/** The status of a testnet, whether it runs or not (`no-such-testnet`). */
export async function readStatus(directories: TestnetDirectories): Promise<TestnetStatus> {
  const present = await findTestnet(directories);
  if (present.kind === "absent") throw noSuchTestnet(directories.name);
  if (present.kind === "running") return present.status;
  const plan = planTestnet(directories, present.file.topology, deriveMachineAddress);
  return offlineStatus(plan, present.file.image.version, present.kind === "crashed");
}
