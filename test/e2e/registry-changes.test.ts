import { after, before, suite, test } from "node:test";
import { readonlyIsLetIn } from "./registry/access.ts";
import { dumpAndLoad } from "./registry/dump.ts";
import { checkRulesets, closePort } from "./registry/firewall.ts";
import { GovernedTestnet } from "./registry/governed-testnet.ts";
import { addAndRemoveNode, breakInvariant, makeSubnetOfTwo, moveNode } from "./registry/membership.ts";
import { removeNodeAndOperator } from "./registry/removal.ts";
import { createIcosCommand } from "./testnet/icos-command.ts";

/** One testnet serves all tests, which come one after the other. */
void suite("what governance decides is visible on the nodes", () => {
  let network: GovernedTestnet;

  before(async () => {
    network = new GovernedTestnet(await createIcosCommand());
    await network.up();
  });
  after(() => network.down());

  void test("keys for unassigned nodes let `readonly` in, which reads what it may and no secret", () =>
    readonlyIsLetIn(network));

  void test("a subnet of two: replicas start, and the subnet's keys replace those of unassigned nodes", () =>
    makeSubnetOfTwo(network));

  void test("a node that is added starts its replica, one that is removed stops it", () => addAndRemoveNode(network));

  void test("a node that moves leaves the one subnet and joins the other", () => moveNode(network));

  void test("a firewall rule closes a port to the host's side of the network, and leaves it open to nodes", () =>
    closePort(network));

  void test("nft of the image takes the rulesets of every kind of node", () => checkRulesets(network));

  void test("a dry run that would break an invariant names it, and changes nothing", () => breakInvariant(network));

  void test("a removed node is known to nobody; it comes back when its operator has a record", () =>
    removeNodeAndOperator(network));

  void test("a registry that was dumped and loaded serves the same certified content, and the nodes go on with it", () =>
    dumpAndLoad(network));
});
