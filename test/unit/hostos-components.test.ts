import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, matchesGlob } from "node:path";
import { test } from "node:test";
import { planAccounts } from "../../packages/image/src/rootfs/accounts.ts";
import { loadComponents } from "../../packages/image/src/rootfs/components.ts";
import { CONFINED, rootUnits, unitsOf, unitsOfRelease, type Unit } from "./components/units.ts";
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

const units = (component: string): Promise<readonly Unit[]> => unitsOf(join(HOSTOS, component));

void test("every unit of a release has a bounded set of capabilities and calls, can gain no more, and writes where it must", async () => {
  const all = await unitsOfRelease("hostos", ".service");
  assert.ok(all.length > 25, `${all.length} units`);
  for (const { name, text } of all) {
    for (const setting of CONFINED) assert.match(text, setting, name);
    // The mounts that the boot program makes are everybody's.
    if (name !== "hostos-boot.service") assert.match(text, /^ProtectSystem=strict$/m, name);
  }
});

/** Why each needs to be root is said in its unit. A right more is a decision, and so is a unit more. */
const ROOT = {
  "collect-hardware.service": "CAP_SYS_ADMIN",
  "confirm-host.service": "CAP_SYS_ADMIN CAP_DAC_OVERRIDE",
  "diagnostics@.service": "CAP_SYS_ADMIN CAP_DAC_READ_SEARCH",
  "further-guests.service": "",
  "guest-tap@.service": "CAP_NET_ADMIN",
  "guestos-alternative@.service": "CAP_DAC_OVERRIDE",
  "host-action@.service": "",
  "hostos-boot.service": "CAP_SYS_ADMIN CAP_SYS_MODULE CAP_DAC_OVERRIDE CAP_IPC_LOCK",
  "hostos-network.service": "CAP_NET_ADMIN CAP_NET_RAW",
  "hostos-upgrade.service": "CAP_SYS_ADMIN CAP_DAC_OVERRIDE",
  "leave-unconfirmed.service": "",
  "manual-recovery@.service": "CAP_DAC_OVERRIDE",
  "power-button.service": "",
  "prepare-ssh.service": "",
  "reserve-hugepages.service": "",
  "sev-certificates.service": "",
  "ssh@.service": "CAP_SETUID CAP_SETGID CAP_SYS_CHROOT CAP_CHOWN CAP_FOWNER CAP_KILL CAP_AUDIT_WRITE",
  "unit-states@.service": "",
  "upgrade-disk.service": "CAP_SYS_ADMIN CAP_DAC_READ_SEARCH",
  "verify-root.service": "CAP_DAC_READ_SEARCH",
};

void test("nothing of ours runs as root but these, each with no more of root's rights than it needs", async () => {
  assert.deepEqual(rootUnits(await unitsOfRelease("hostos", ".service")), ROOT);
});

void test("a program of root's behind a socket is for one group, and for so many connections at a time", async () => {
  const sockets = (await unitsOfRelease("hostos", ".socket")).filter(({ text }) => text.includes("ListenStream=/run/"));
  assert.equal(sockets.length, 5);
  for (const { name, text } of sockets) {
    assert.match(text, /^SocketGroup=(host-action|limited-console)$/m, name);
    assert.match(text, /^SocketMode=0660$/m, name);
    assert.match(text, /^MaxConnections=[1-8]$/m, name);
  }
});

void test("to take over changed keys for SSH ends no session", async () => {
  const session = (await units("access")).find(({ name }) => name === "ssh@.service")?.text ?? "";
  assert.match(session, /^Wants=prepare-ssh\.service$/m);
  assert.match(session, /^After=prepare-ssh\.service$/m);
  assert.doesNotMatch(session, /^(Requires|Requisite|BindsTo|PartOf|StopPropagatedFrom)=/m);
});

void test("no network without a packet filter, and none before the host's configuration", async () => {
  const [closed, host] = await units("firewall");
  const network = (await units("network")).find(({ name }) => name === "hostos-network.service");
  assert.match(closed?.text ?? "", /^RequiredBy=hostos-network\.service$/m);
  assert.match(closed?.text ?? "", /^Before=network-pre\.target hostos-network\.service systemd-networkd\.service/m);
  assert.match(host?.text ?? "", /^PartOf=closed-firewall\.service$/m);
  assert.match(network?.text ?? "", /^Requires=hostos-boot\.service$/m);
});

/** Links that a file of udev rules makes for a device with these properties; the operators that such rules use here. */
function linksOf(rules: string, properties: Readonly<Record<string, string>>): readonly string[] {
  return rules.split("\n").flatMap((line) => {
    const parts = [...line.replace(/^#.*/, "").matchAll(/([A-Z]+(?:\{\w+\})?)(==|\+=|=)"([^"]*)"/g)];
    const applies = parts.every(([, key = "", operator, pattern = ""]) => {
      return operator !== "==" || matchesGlob(properties[key] ?? "", pattern);
    });
    return applies
      ? parts.flatMap(([, key, operator, value = ""]) => (key === "SYMLINK" && operator === "+=" ? value : []))
      : [];
  });
}

void test("the first guest's volume has one name for all that use it, whichever installer has made it", async () => {
  const rules = await readFile(join(HOSTOS, "guest-vm/files/usr/lib/udev/rules.d/72-guest-vm.rules"), "utf8");
  const of = (group: string, volume: string): readonly string[] =>
    linksOf(rules, { SUBSYSTEM: "block", "ENV{DM_VG_NAME}": group, "ENV{DM_LV_NAME}": volume });
  assert.deepEqual(of("hostlvm", "guestos0"), ["hostlvm/guestos"]);
  for (const other of ["guestos", "guestos1", "guestos00", "A_var"]) assert.deepEqual(of("hostlvm", other), [], other);
  assert.deepEqual(of("other", "guestos0"), []);
});
