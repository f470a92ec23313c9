import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { planAccounts } from "../../packages/image/src/rootfs/accounts.ts";
import { loadComponents } from "../../packages/image/src/rootfs/components.ts";
import { REPOSITORY } from "./docs/markdown.ts";
import { GUEST_ACCOUNT, STICK_ACCOUNTS } from "../../packages/config/src/index.ts";

const HOSTOS = join(REPOSITORY, "images/hostos");

void test("accounts of both variants have their numbers, and those that others name exist", async () => {
  for (const variant of ["prod", "dev"] as const) {
    const accounts = planAccounts(await loadComponents(REPOSITORY, "hostos", variant));
    const ids = { "guest-vm": 801, "host-agent": 802, node_exporter: 803, "limited-console": 804, admin: 1000 };
    for (const [name, id] of Object.entries(ids)) assert.deepEqual(accounts.idsOf(name), { uid: id, gid: id }, name);
    for (const name of [GUEST_ACCOUNT, ...STICK_ACCOUNTS]) accounts.idsOf(name);
  }
});

void test("what opens a development host is not in the other variant", async () => {
  const names = (await loadComponents(REPOSITORY, "hostos", "prod")).map(({ name }) => name);
  assert.ok(names.includes("access"));
  assert.ok(!names.includes("development"));
});

/** A unit's file and its sections, as far as the next test needs them. */
async function units(component: string): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const directory = join(HOSTOS, component, "files/etc/systemd/system");
  const names = (await readdir(directory)).filter((name) => name.endsWith(".service"));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(directory, name), "utf8") })));
}

void test("every unit of network, monitoring and agent has a bounded set of capabilities and can gain no more", async () => {
  for (const component of ["network", "firewall", "access", "time", "monitoring", "agent"])
    for (const { name, text } of await units(component)) {
      assert.match(text, /^CapabilityBoundingSet=(?!~)/m, name);
      assert.match(text, /^NoNewPrivileges=yes$/m, name);
      assert.match(text, /^ProtectSystem=strict$/m, name);
      assert.match(text, /^SystemCallFilter=@system-service/m, name);
    }
});

void test("no network without a packet filter, and none before the host's configuration", async () => {
  const [closed, host] = await units("firewall");
  const network = (await units("network")).find(({ name }) => name === "hostos-network.service");
  assert.match(closed?.text ?? "", /^RequiredBy=hostos-network\.service$/m);
  assert.match(closed?.text ?? "", /^Before=network-pre\.target hostos-network\.service systemd-networkd\.service/m);
  assert.match(host?.text ?? "", /^PartOf=closed-firewall\.service$/m);
  assert.match(network?.text ?? "", /^Requires=hostos-boot\.service$/m);
});
