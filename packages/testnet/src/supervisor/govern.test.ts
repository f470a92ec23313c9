import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { identityFromPem } from "@icos/nns";
import { testInit, testNns } from "../../../nns/test/nns-fixture.ts";
import { testNode } from "../../../registry/test/nodes.ts";
import { programCommand } from "../process/resident-programs.ts";
import { govern } from "./govern.ts";

void test("a process of its own creates a subnet and assigns HostOS with governance's key, and is refused with another", async () => {
  const pem = (): string =>
    generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey.export({ format: "pem", type: "pkcs8" });
  const identity = pem();
  const operator = identityFromPem(pem());
  const operators = [
    { principal: operator.getPrincipal().toText(), provider: "aaaaa-aa", dataCenter: "DC1", allowance: 1 },
  ];
  await using registry = await testNns(
    testInit({
      governance: identityFromPem(identity).getPrincipal().toText(),
      operators,
      hostosVersion: { id: "h1", sha256: "11".repeat(32), urls: ["http://files.example/h1"] },
    }),
  );
  const node = testNode(0);
  await registry.client(operator).call("add_node", node.payload);
  const request = {
    url: registry.url,
    rootKey: Buffer.from(registry.nns.rootKey).toString("hex"),
    action: { kind: "create-subnet" as const, nodeIds: [node.id.toText()], version: "v1" },
  };
  const command = programCommand("govern");
  await assert.rejects(govern({ ...request, identity: pem() }, command), /governance/);
  await govern({ ...request, identity }, command);
  const [subnet] = [...(await registry.client().subnets()).values()];
  assert.deepEqual([subnet?.replicaVersionId, subnet?.membership], ["v1", [node.id.toUint8Array()]]);
  const assign = { kind: "assign-host-version" as const, nodeIds: [node.id.toText()], version: "h1" };
  await govern({ ...request, identity, action: assign }, command);
  assert.equal((await registry.client().nodes()).get(node.id.toText())?.hostosVersionId, "h1");
});
