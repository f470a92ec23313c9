import { GovernanceClient, identityFromPem, NnsClient } from "@icos/nns";
import { openKeys, type TestnetDirectories, type TestnetStatus } from "@icos/testnet";
import { privateKeyPem } from "../../../packages/testnet/src/state/keys.ts";

/** Governance of a testnet, with the key that the testnet keeps for it. */
export async function governanceOf(
  directories: TestnetDirectories,
  { nns }: TestnetStatus,
): Promise<{ readonly governance: GovernanceClient; readonly client: NnsClient }> {
  if (nns.url === null || nns.rootKey === null) throw new Error("The testnet has no registry.");
  const identity = identityFromPem(privateKeyPem(await openKeys(directories.keys).governance()));
  const client = new NnsClient({ url: nns.url, rootKey: Buffer.from(nns.rootKey, "hex"), identity });
  return { governance: new GovernanceClient(client), client };
}
