import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, silentLogger } from "@icos/system";
import {
  apiBoundaryNode,
  noNode,
  node,
  principal,
  subnet,
  subnetList,
  unassignedNodes,
  WrittenRegistry,
} from "../../test/written-registry.ts";
import { createOrchestratorMetrics } from "../orchestrator-metrics.ts";
import { grantedAccess } from "./account-keys.ts";
import { SshAccessTask } from "./ssh-access-task.ts";

const key = (letter: string): string => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)}`;
const [R, B, N, U] = [key("C"), key("B"), key("N"), key("D")]; // letters that end the length of the key rightly

const own = node("own", "2001:db8::1", { sshNodeStateWriteAccess: [N] });
const home = subnet("home", ["own"], { sshReadonlyAccess: [R], sshBackupAccess: [B] });
const config = unassignedNodes({ replicaVersion: "v1", sshReadonlyAccess: [U] });

void test("which lists apply follows from where the node stands", () => {
  const assigned = { subnetId: principal("home").toText(), keys: { readonly: [R], backup: [B], recovery: [N] } };
  const cases = {
    assigned: [[own, config, subnetList("home"), home], assigned],
    "assigned wins over an API boundary record": [
      [own, config, subnetList("home"), home, apiBoundaryNode("own")],
      assigned,
    ],
    unassigned: [[own, config], { subnetId: undefined, keys: { readonly: [U], backup: [], recovery: [N] } }],
    "a subnet that is not listed": [
      [own, config, subnetList(), home],
      { subnetId: undefined, keys: { readonly: [U], backup: [], recovery: [N] } },
    ],
    "API boundary node": [
      [own, config, apiBoundaryNode("own")],
      { subnetId: undefined, keys: { readonly: [], backup: [], recovery: [N] } },
    ],
    "no record, no configuration": [[], { subnetId: undefined, keys: { readonly: [], backup: [], recovery: [] } }],
  } as const;
  for (const [name, [changes, expected]] of Object.entries(cases))
    assert.deepEqual(grantedAccess(new WrittenRegistry(changes), principal("own"), 1), expected, name);
});

/** A node with a written registry and its lists of keys; writing to the accounts of `broken` fails. */
class FakeNode {
  readonly registry = new WrittenRegistry();
  readonly lists = new Map<string, string>();
  readonly written: string[] = [];
  readonly console: string[] = [];
  readonly metrics = createOrchestratorMetrics();
  broken: ReadonlySet<string> = new Set();
  hasSsh = true;
  task = this.start();

  start(): SshAccessTask {
    return (this.task = new SshAccessTask({
      latestVersion: () => this.registry.latestVersion(),
      granted: (version) => grantedAccess(this.registry, principal("own"), version),
      accounts: {
        read: async (account) => this.lists.get(account),
        replace: async (account, list) => {
          if (!this.hasSsh) throw new IcosError("no-such-service", "nobody listens");
          if (this.broken.has(account)) throw new IcosError("ssh-keys-refused", `${account} is broken.`);
          this.lists.set(account, list);
          this.written.push(account);
        },
      },
      console: { line: (text) => void this.console.push(text) },
      logger: silentLogger,
      applied: this.metrics.sshAccessVersion,
    }));
  }

  /** The accounts that a check writes. */
  async check(): Promise<readonly string[]> {
    await this.task.check();
    return this.written.splice(0);
  }

  get metric(): string | undefined {
    return /^ssh_access_registry_version (\d+)$/m.exec(this.metrics.render())?.[1];
  }
}

void test("the accounts follow the node into a subnet and out of it", async () => {
  const fake = new FakeNode();
  assert.deepEqual(await fake.check(), [], "nothing is touched while the registry is not known");
  fake.registry.write(own, config);
  assert.deepEqual(await fake.check(), ["readonly", "recovery"]);
  assert.equal(fake.lists.get("readonly"), `${U}\n`);
  fake.registry.write(subnetList("home"), home);
  assert.deepEqual(await fake.check(), ["readonly", "backup"]);
  assert.deepEqual(fake.task.applied, { version: 2, subnetId: principal("home").toText() });
  fake.registry.write(subnet("home", []));
  assert.deepEqual(await fake.check(), ["readonly", "backup"]);
  assert.deepEqual([...fake.lists], [["readonly", `${U}\n`], ["recovery", `${N}\n`], ["backup", ""]]); // prettier-ignore
  fake.registry.write(noNode("own"));
  assert.deepEqual(await fake.check(), ["recovery"]);
  assert.equal(fake.metric, "4");
});

void test("a version that is in force is skipped, and lists that are right are not written", async () => {
  const fake = new FakeNode();
  fake.registry.write(own, config);
  await fake.check();
  fake.lists.set("readonly", "changed by somebody else\n");
  assert.deepEqual(await fake.check(), [], "the same version");
  fake.registry.write(["unrelated", new Uint8Array(1)]);
  assert.deepEqual(await fake.check(), ["readonly"], "a new version puts it right");
  fake.start();
  assert.deepEqual(await fake.check(), [], "after a restart");
  assert.equal(fake.task.applied?.version, 2);
});

void test("an account that fails keeps the version from moving on, and not the other accounts from their keys", async () => {
  for (const account of ["readonly", "backup", "recovery"]) {
    const fake = new FakeNode();
    fake.registry.write(own, config, subnetList("home"), home);
    fake.broken = new Set([account]);
    assert.equal((await fake.check()).length, 2, account);
    await fake.check();
    assert.equal(fake.task.applied, undefined);
    assert.equal(fake.metric, "0");
    assert.deepEqual(fake.console, [`The SSH keys of the registry are not in force: ${account} is broken.`]);
    fake.broken = new Set();
    assert.deepEqual(await fake.check(), [account]);
    assert.equal(fake.metric, "1");
  }
});

void test("a text that is no key is left out, and the keys beside it are not", async () => {
  const fake = new FakeNode();
  const texts = ["nonsense", `${R}\nssh-rsa AAAA`, `command="/bin/sh" ${R}`, `  ${R} me@example.org `];
  fake.registry.write(own, unassignedNodes({ replicaVersion: "v1", sshReadonlyAccess: texts }));
  await fake.check();
  assert.equal(fake.lists.get("readonly"), `${R} me@example.org\n`);
});

void test("an image without SSH says so once, when there are keys", async () => {
  const fake = new FakeNode();
  fake.hasSsh = false;
  fake.registry.write(node("own", "2001:db8::1"));
  await fake.check();
  assert.equal(fake.metric, "1");
  fake.registry.write(own, config);
  await fake.check();
  await fake.check();
  assert.deepEqual(fake.console, ["The SSH keys of the registry are not in force: this image has no SSH server."]);
  assert.equal(fake.metric, "1");
});

void test("a registry that cannot be read leaves the keys", async () => {
  const fake = new FakeNode();
  fake.registry.write(own, config);
  await fake.check();
  const [nodeKey] = own;
  fake.registry.write([nodeKey, Buffer.from("\xff\xff", "latin1")]);
  assert.deepEqual(await fake.check(), []);
  assert.equal(fake.lists.get("readonly"), `${U}\n`);
  assert.equal(fake.console.length, 1);
});
