import assert from "node:assert/strict";
import { eventually } from "../testnet/running-testnet.ts";
import { type GovernedTestnet, NODES } from "./governed-testnet.ts";

/** The key is given to `readonly` of unassigned nodes; who has it reads what it may, and no secret. */
export async function readonlyIsLetIn(network: GovernedTestnet): Promise<void> {
  assert.equal(await network.login("readonly", "node-3"), undefined);
  await network.propose("update-ssh-readonly-access-for-all-unassigned-nodes", "--ssh-readonly-keys", network.key);
  for (const name of NODES)
    await eventually(
      `${name} has the key`,
      async () => (await network.dashboard(name, "readonly keys")) === network.key,
    );
  assert.equal(await network.login("readonly", "node-3"), "readonly");
  assert.equal(await network.login("backup", "node-3"), undefined);
  const reads = "journalctl -n 1 -o cat && ls /var/lib/ic/data/cups /var/lib/ic/backup";
  const { code, stderr } = await network.testnet.ssh("readonly", "node-3", reads);
  assert.equal(code, 0, stderr);
  const never = [
    "ls /var/lib/ic/crypto",
    "cat /var/lib/ic/data/node_operator_private_key.pem",
    "touch /var/lib/ic/data/x",
  ];
  const attempts = never.map((command) => `if ${command}; then echo "may ${command}"; fi`).join("; ");
  assert.equal((await network.testnet.ssh("readonly", "node-3", attempts)).stdout, "");
}
