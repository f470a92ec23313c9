/** Creates a subnet in a testnet's registry. Reads what to do from standard input (see `createSubnetSchema`). */
import { text } from "node:stream/consumers";
import { Principal } from "@icos/certification";
import { GovernanceClient, identityFromPem, NnsClient } from "@icos/nns";
import { describeError, IcosError, parseJson } from "@icos/system";
import { createSubnetSchema } from "../supervisor/create-subnet.ts";

try {
  const what = { code: "create-subnet-invalid", name: "The request" };
  const { url, rootKey, identity, nodeIds, version } = parseJson(createSubnetSchema, await text(process.stdin), what);
  const client = new NnsClient({ url, rootKey: Buffer.from(rootKey, "hex"), identity: identityFromPem(identity) });
  await new GovernanceClient(client).createSubnet({
    node_ids: nodeIds.map((id) => Principal.fromText(id)),
    replica_version_id: version,
  });
} catch (error) {
  // The starter shows the last lines; the causes of a refusal are a dump of HTTP headers.
  process.stderr.write(`${error instanceof IcosError ? error.message : describeError(error)}\n`);
  process.exitCode = 1;
}
