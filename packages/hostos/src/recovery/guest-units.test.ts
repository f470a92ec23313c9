import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Exec } from "@icos/system";
import { guestUnits } from "./guest-units.ts";

void test("it is on file that the guest is stopped, from before it is until it was started", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "units-"));
  const stopped = join(directory.path, "guest-stopped");
  const seen: string[] = [];
  let fails = true;
  const exec: Exec = {
    async run([, ...command]) {
      seen.push(`${command.join(" ")}: ${existsSync(stopped) ? "stopped" : "-"}`);
      if (command[0] === "start" && fails) throw new Error("it does not start");
      return { stdout: Buffer.alloc(0), stderr: "" };
    },
  };
  const units = guestUnits(exec, stopped);
  await units.stop();
  await assert.rejects(units.start(), { message: "it does not start" });
  assert.equal(existsSync(stopped), true);
  fails = false;
  await units.start();
  assert.equal(existsSync(stopped), false);
  assert.deepEqual(seen, [
    "stop upgrade-guestos.service guestos.service: stopped",
    "reset-failed guestos.service: stopped",
    "start guestos.service: stopped",
    "reset-failed guestos.service: stopped",
    "start guestos.service: stopped",
  ]);
});
