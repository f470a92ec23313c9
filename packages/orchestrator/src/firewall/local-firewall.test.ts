import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startLocalService } from "../../test/local-service.ts";
import { localFirewall } from "./local-firewall.ts";

void test("a ruleset that was taken is kept as what is in force, readable by all", async () => {
  const taken: string[] = [];
  await using service = await startLocalService(() => {
    taken.push(readFileSync(join(service.directory, "nftables-ruleset/candidate.conf"), "utf8"));
    return "applied\n";
  });
  const file = join(service.directory, "nftables-ruleset/nftables.conf");
  const firewall = localFirewall(service.socket, file);
  assert.equal(await firewall.inForce(), undefined);
  await firewall.replace("flush ruleset\n");
  assert.deepEqual([taken, service.requests], [["flush ruleset\n"], [""]]);
  assert.equal(await readFile(file, "utf8"), "flush ruleset\n");
  assert.equal(await firewall.inForce(), "flush ruleset\n");
  assert.equal((await stat(file)).mode & 0o777, 0o644);
});

void test("a ruleset that was refused is not kept, and the filter's own words are told", async () => {
  await using service = await startLocalService(() => "line 3: syntax error\n");
  const firewall = localFirewall(service.socket, join(service.directory, "nftables.conf"));
  await assert.rejects(firewall.replace("nonsense\n"), {
    code: "firewall-refused",
    message: "The packet filter refuses the ruleset: line 3: syntax error",
  });
  assert.equal(await firewall.inForce(), undefined);
});
