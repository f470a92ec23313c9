import assert from "node:assert/strict";
import { identityFromPem } from "@icos/nns";
import { openKeys } from "@icos/testnet";
import { privateKeyPem } from "../../../packages/testnet/src/state/keys.ts";
import { eventually } from "../testnet/running-testnet.ts";
import type { GovernedTestnet } from "./governed-testnet.ts";

/** And what brings the node back: a record of its operator. */
export async function removeNodeAndOperator(network: GovernedTestnet): Promise<void> {
  const peers = async (): Promise<string> =>
    (await network.testnet.ssh("root", "node-0", "cat /run/ic-node/nftables-ruleset/nftables.conf")).stdout;
  const [name, address] = ["node-3", network.address("node-3")] as const;
  assert.ok((await peers()).includes(address));
  await network.andConsole(name, ["The node has been removed from the registry."], () =>
    network.propose("remove-nodes", "--node-ids", network.id(name)),
  );
  await eventually("its peers forget its address", async () => !(await peers()).includes(address));
  assert.equal(await network.login("readonly", name), "readonly", "it is still a machine of the network");

  const keys = openKeys(network.testnet.directories.keys);
  const [operator, provider] = [await keys.operator("second"), await keys.provider()].map((key) =>
    identityFromPem(privateKeyPem(key)).getPrincipal().toText(),
  );
  assert.ok(operator !== undefined && provider !== undefined);
  const principals = JSON.stringify({ principals: [operator] });
  const record = `--node-operator-principal-id ${operator} --node-provider-principal-id ${provider} --node-allowance 1 --dc-id local`;
  await network.propose("remove-node-operators", "--node-operator-principals-to-remove", principals);
  await network.andConsole(name, ["The join request failed"], () =>
    network.testnet.ssh("root", name, "systemctl restart ic-replica"),
  );
  await network.andConsole(name, ["Join request successful", "orchestrator ready"], () =>
    network.propose("add-node-operator", ...record.split(" ")),
  );
  await eventually("it is the same node", async () => (await network.testnet.node(name)).nodeId === network.id(name));
  await eventually("its peers let it in again", async () => (await peers()).includes(address));
}
