import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { planAccounts } from "./accounts.ts";
import type { Component } from "./components.ts";
import { FileTree } from "./file-tree.ts";

function component(users: Component["definition"]["users"], groups: Component["definition"]["groups"] = []): Component {
  const empty = {
    description: "",
    variants: ["prod" as const],
    packages: [],
    programs: {},
    directories: [],
    links: {},
    enable: [],
    mask: [],
    remove: [],
  };
  return { name: "c", directory: "/nowhere", definition: { ...empty, users, groups } };
}

const replica = { name: "ic-replica", uid: 2000, groups: ["tty"], home: "/var/lib/ic", shell: "/usr/sbin/nologin" };

void test("accounts have fixed ids, locked passwords and their groups", () => {
  const tree = new FileTree();
  const accounts = planAccounts([component([replica])]);
  accounts.writeTo(tree, { rootShell: "/usr/sbin/nologin" });
  assert.match(
    tree.text("/etc/passwd") ?? "",
    /^ic-replica:x:2000:2000:ic-replica:\/var\/lib\/ic:\/usr\/sbin\/nologin$/m,
  );
  assert.match(tree.text("/etc/group") ?? "", /^tty:x:5:ic-replica$/m);
  for (const line of (tree.text("/etc/shadow") ?? "").trim().split("\n")) assert.match(line, /^[\w-]+:!\*:/);
  assert.deepEqual(accounts.idsOf("ic-replica:tty"), { uid: 2000, gid: 5 });
  assert.ok(v.is(v.literal(0o640), tree.get("/etc/shadow")?.mode));
});

void test("an id or name that is taken, and an owner nobody declared, are errors", () => {
  assert.throws(() => planAccounts([component([replica]), component([replica])]), { code: "bad-component" });
  assert.throws(() => planAccounts([component([], [{ name: "mine", gid: 5 }])]), { code: "bad-component" });
  assert.throws(() => planAccounts([]).idsOf("nobody-knows:root"), { code: "bad-component" });
});
