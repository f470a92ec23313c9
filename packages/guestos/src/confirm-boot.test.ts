import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, test } from "node:test";
import assert from "node:assert/strict";
import { IcosError, type Exec } from "@icos/system";
import { bootStateOf, newGrubenv, parseGrubenv, type BootState } from "@icos/slots";
import { confirmRequestPath, confirmRunningSlot } from "./confirm-boot.ts";
import { createLayout, type Layout } from "./layout.ts";

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});

async function machine(state: BootState, slot: string): Promise<{ layout: Layout; commands: string[]; exec: Exec }> {
  const root = await mkdtemp(join(tmpdir(), "icos-confirm-"));
  roots.push(root);
  const layout = createLayout(root);
  for (const path of [layout.bootGrub, layout.proc, dirname(confirmRequestPath(layout))])
    await mkdir(path, { recursive: true });
  await writeFile(join(layout.bootGrub, "grubenv"), newGrubenv(state));
  await writeFile(join(layout.proc, "cmdline"), `console=ttyS0 dfinity.system=${slot}\n`);
  await writeFile(confirmRequestPath(layout), "");
  const commands: string[] = [];
  const exec: Exec = {
    run: async (command) => {
      commands.push(command.slice(0, 3).join(" "));
      return { stdout: Buffer.alloc(0), stderr: "" };
    },
  };
  return { layout, commands, exec };
}

const stateIn = async ({ bootGrub }: Layout): Promise<BootState> =>
  bootStateOf(parseGrubenv(await readFile(join(bootGrub, "grubenv"))));

void test("the running slot is confirmed with /boot/grub writable only meanwhile, and the request is gone", async () => {
  const { layout, commands, exec } = await machine({ alternative: "B", cycle: "failsafe_check" }, "B");
  await confirmRunningSlot(layout, exec);
  assert.deepEqual(await stateIn(layout), { alternative: "B", cycle: "stable" });
  assert.deepEqual(commands, ["mount -o remount,rw", "mount -o remount,ro"]);
  await assert.rejects(access(confirmRequestPath(layout)));
});

void test("nothing is mounted writable when there is nothing to confirm", async () => {
  const { layout, commands, exec } = await machine({ alternative: "A", cycle: "stable" }, "A");
  await confirmRunningSlot(layout, exec);
  assert.deepEqual(commands, []);
});

void test("a slot that is not the stored one is not confirmed, and the request is gone all the same", async () => {
  const { layout, exec } = await machine({ alternative: "B", cycle: "failsafe_check" }, "A");
  await assert.rejects(confirmRunningSlot(layout, exec), { code: "confirm-refused" });
  assert.deepEqual(await stateIn(layout), { alternative: "B", cycle: "failsafe_check" });
  await assert.rejects(access(confirmRequestPath(layout)));
});

void test("a failed write leaves /boot/grub read-only", async () => {
  const { layout, commands } = await machine({ alternative: "B", cycle: "failsafe_check" }, "B");
  const exec: Exec = {
    run: async (command) => {
      commands.push(command.slice(0, 3).join(" "));
      if (command[2] === "remount,rw") await rm(layout.bootGrub, { recursive: true });
      return { stdout: Buffer.alloc(0), stderr: "" };
    },
  };
  await assert.rejects(confirmRunningSlot(layout, exec), (error) => !(error instanceof IcosError));
  assert.deepEqual(commands, ["mount -o remount,rw", "mount -o remount,ro"]);
});
