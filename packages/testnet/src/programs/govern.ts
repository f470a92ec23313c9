/** Changes a testnet's registry as its governance. Reads what to do from standard input (see `governSchema`). */
import { text } from "node:stream/consumers";
import { Principal } from "@icos/certification";
import { GovernanceClient, identityFromPem, NnsClient } from "@icos/nns";
import { describeError, IcosError, parseJson } from "@icos/system";
import { governSchema, type Govern } from "../supervisor/govern.ts";

async function act(governance: GovernanceClient, action: Govern["action"]): Promise<void> {
  const node_ids = action.nodeIds.map((id) => Principal.fromText(id));
  switch (action.kind) {
    case "create-subnet":
      await governance.createSubnet({ node_ids, replica_version_id: action.version });
      return;
    case "assign-host-version":
      await governance.deployHostosToSomeNodes({ node_ids, hostos_version_id: action.version });
  }
}

try {
  const what = { code: "govern-invalid", name: "The request" };
  const { url, rootKey, identity, action } = parseJson(governSchema, await text(process.stdin), what);
  const client = new NnsClient({ url, rootKey: Buffer.from(rootKey, "hex"), identity: identityFromPem(identity) });
  await act(new GovernanceClient(client), action);
} catch (error) {
  // The starter shows the last lines; the causes of a refusal are a dump of HTTP headers.
  process.stderr.write(`${error instanceof IcosError ? error.message : describeError(error)}\n`);
  process.exitCode = 1;
}
