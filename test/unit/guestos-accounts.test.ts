import assert from "node:assert/strict";
import { test } from "node:test";
import { loadComponents } from "../../packages/image/src/rootfs/components.ts";
import { planAccounts } from "../../packages/image/src/rootfs/accounts.ts";
import { REPOSITORY } from "./docs/markdown.ts";
import { IC_REPLICA, READERS } from "../../packages/guestos/src/layout.ts";

void test("the boot program knows accounts and groups by the numbers that both variants of the image give them", async () => {
  for (const variant of ["prod", "dev"] as const) {
    const accounts = planAccounts(await loadComponents(REPOSITORY, "guestos", variant));
    assert.deepEqual(accounts.idsOf("ic-replica"), IC_REPLICA);
    for (const [name, gid] of Object.entries(READERS)) assert.equal(accounts.idsOf(`root:${name}`).gid, gid, name);
  }
});
