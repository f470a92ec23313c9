import { IcosError } from "@icos/system";
import { createControlClient, statusIfRunning, type ControlClient } from "../control/control-client.ts";
import type { TestnetStatus } from "../control/status-schema.ts";
import { isAlive, readProcessRecord, type ProcessIdentity } from "../process/process-identity.ts";
import type { TestnetDirectories } from "../state/directories.ts";
import { readTestnetFile, type TestnetFile } from "../state/testnet-file.ts";

/** What there is of a testnet at this moment. */
export type Presence =
  | { readonly kind: "absent" }
  | { readonly kind: "stopped"; readonly file: TestnetFile }
  /** It should run, and its supervisor is gone. */
  | { readonly kind: "crashed"; readonly file: TestnetFile }
  | {
      readonly kind: "running";
      readonly file: TestnetFile;
      readonly client: ControlClient;
      readonly status: TestnetStatus;
    };

/** Rejects with `testnet-file-invalid` when its file cannot be read, `supervisor-silent` when its supervisor hangs. */
export async function findTestnet(directories: TestnetDirectories): Promise<Presence> {
  const file = await readTestnetFile(directories);
  if (file === undefined) return { kind: "absent" };
  const client = createControlClient(directories.controlSocket);
  const status = await statusIfRunning(client);
  if (status) return { kind: "running", file, client, status };
  return { kind: file.desired === "running" ? "crashed" : "stopped", file };
}

/** The supervisor's process, when the one that its record names is still that process. */
export async function supervisorProcess(directories: TestnetDirectories): Promise<ProcessIdentity | undefined> {
  const identity = await readProcessRecord(directories.supervisorRecord);
  return identity !== undefined && (await isAlive(identity)) ? identity : undefined;
}

export function noSuchTestnet(name: string): IcosError {
  return new IcosError("no-such-testnet", `There is no testnet "${name}".`, {
    next: "`icos testnet list` shows what there is; `icos testnet up` makes one.",
  });
}
