import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { operator } from "../../../../nns/test/nns-fixture.ts";
import { testNode } from "../../../../registry/test/nodes.ts";
import { adminCallSchema } from "../../schemas/admin.ts";
import { node, parsed, testAdmin, type TestAdmin } from "./testing-admin.ts";

let registry: TestAdmin;

before(async () => {
  registry = await testAdmin();
});
after(() => registry[Symbol.asyncDispose]());

void test("call signs what an operator calls itself", async () => {
  const { nns, directory, target, admin, govern } = registry;
  const second = testNode(1);
  await nns.client(operator).call("add_node", second.payload);
  const key = ["--key", join(directory, "operator.pem")];
  const id = second.id.toText();
  const dry = await admin("call", "remove-node-directly", "--node-id", id, "--dry-run", ...target, ...key);
  assert.match(dry.out, new RegExp(`node_record_${id} {2}removed`));
  const done = await admin("call", "remove-node-directly", "--node-id", id, "--json", ...target, ...key);
  assert.deepEqual(parsed(adminCallSchema, done), { method: "remove_node_directly", reply: null });
  const refused = await govern("call", "remove-node-directly", "--node-id", node.id.toText());
  assert.deepEqual([refused.code, /code: {2}registry-refused/.test(refused.err)], [1, true]);
});

void test("wrong usage exits with 2 and names the field, the method or the kind that is meant", async () => {
  const { admin, read, govern } = registry;
  const cases: [readonly string[], RegExp][] = [
    [["propose", "create-subnt"], /Did you mean create-subnet/],
    [["propose", "remove-nodes"], /--node-ids is missing/],
    [["propose", "remove-nodes", "--node-ids", "nobody"], /--node-ids\.0 is not a principal/],
    [["propose", "update-node-operator-config", "--node-allowance", "-3"], /--node-allowance is not a whole number/],
    [["propose", "remove-nodes", "--nod-ids", "x"], /Did you mean --node-ids/],
    [["get", "nodez"], /"nodez" is no kind of record: there are node, nodes/],
    [["get", "node"], /takes the record's principal/],
    [["get", "nodes", "--version", "0"], /whole number from 1/],
    [["dump", "--json"], /--json goes with --out/],
  ];
  for (const [args, message] of cases) {
    const { code, err, out } = await (args[0] === "propose" ? govern(...args) : read(...args));
    assert.match(err, message);
    assert.deepEqual([code, out], [2, ""], args.join(" "));
  }
  assert.equal((await read("propose", "remove-nodes", "--node-ids", node.id.toText())).code, 2, "no key");
  assert.equal((await admin("get", "nodes")).code, 1, "no testnet");
});
