import { test } from "node:test";
import assert from "node:assert/strict";
import { MAX_SOCKET_PATH, nodeDirectories, testnetDirectories } from "../state/directories.ts";
import { deriveMachineAddress } from "./machine-address.ts";
import { managementMacOf, planTestnet, testnetPrefix } from "./plan.ts";
import { defaultTopology, parseTopology } from "./topology.ts";

const directories = testnetDirectories("small", { ICOS_STATE_DIR: "/state" }, 1000);

void test("a plan follows from name and topology alone", () => {
  const plan = planTestnet(directories, defaultTopology(3), deriveMachineAddress);
  assert.deepEqual(plan, planTestnet(directories, defaultTopology(3), deriveMachineAddress));
  assert.equal(plan.nodes[1]?.disk, "/state/testnets/small/nodes/node-1/disk.qcow2");
  assert.equal(plan.nodes[1].subnet, "subnet-0");
  const addresses = new Set(plan.nodes.flatMap(({ mac, managementMac, ipv6 }) => [mac, managementMac, ipv6]));
  assert.equal(addresses.size, 9, "all addresses differ");
});

void test("guest addresses are upstream's for the management MAC, in the testnet's own /64", () => {
  const plan = planTestnet(directories, defaultTopology(1), deriveMachineAddress);
  const [node] = plan.nodes;
  assert.match(plan.prefix, /^fd[0-9a-f]{2}(:[0-9a-f]{1,4}){3}::\/64$/);
  assert.match(node?.mac ?? "", /^6a:01:/);
  assert.ok(node?.ipv6.startsWith(`${plan.prefix.slice(0, -5)}:6801:`));
});

void test("a nested node has upstream's addresses for its host, too; another has no host", () => {
  const topology = parseTopology(JSON.stringify({ nodes: [{ name: "a", nested: true }, { name: "b" }] }));
  const [nested, plain] = planTestnet(directories, topology, deriveMachineAddress).nodes;
  assert.match(nested?.host?.mac ?? "", /^6a:00:/);
  assert.equal(nested?.host?.mac.slice(6), nested?.mac.slice(6));
  assert.match(nested?.host?.ipv6 ?? "", /:6800:/);
  assert.equal(plain?.host, undefined);
});

void test("a topology's prefix is used as it is, and nodes outside of subnets have none", () => {
  const topology = parseTopology(JSON.stringify({ nodes: [{ name: "a" }], prefix: "2001:db8:0:7::/64" }));
  const plan = planTestnet(directories, topology, deriveMachineAddress);
  assert.equal(plan.prefix, "2001:db8:0:7::/64");
  assert.ok(plan.nodes[0]?.ipv6.startsWith("2001:db8:0:7:"));
  assert.equal(plan.nodes[0]?.subnet, undefined);
});

void test("testnets with different names do not share addresses", () => {
  assert.notEqual(testnetPrefix("a"), testnetPrefix("b"));
  assert.notEqual(managementMacOf("a", 0), managementMacOf("b", 0));
  for (let i = 0; i < 50; i++) assert.match(managementMacOf("a", i), /^02(:[0-9a-f]{2}){5}$/);
});

void test("state and sockets go where the environment says, and sockets stay short", () => {
  const at = (env: object, name = "n") => testnetDirectories(name, env, 7);
  assert.equal(at({ HOME: "/h" }).state, "/h/.local/state/icos/testnets/n");
  assert.equal(at({ HOME: "/h", XDG_STATE_HOME: "/x" }).state, "/x/icos/testnets/n");
  assert.ok(at({ HOME: "/h" }).run.startsWith("/tmp/icos-7/n-"));
  assert.ok(at({ HOME: "/h", XDG_RUNTIME_DIR: "/run/user/7" }).run.startsWith("/run/user/7/icos/n-"));
  assert.notEqual(at({ HOME: "/h" }).run, at({ HOME: "/other" }).run);
  assert.throws(() => at({}), { code: "no-state-directory" });
  const longest = "x".repeat(31);
  const long = at({ HOME: `/${"h".repeat(90)}`, XDG_RUNTIME_DIR: "/run/user/1000" }, longest);
  assert.ok(`${nodeDirectories(long, longest).run}/serial`.length <= MAX_SOCKET_PATH);
});
