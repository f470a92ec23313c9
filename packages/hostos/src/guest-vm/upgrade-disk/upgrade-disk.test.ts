import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  GUESTOS_DISK_SIZE,
  GUESTOS_TABLE,
  openBlockDevice,
  SECTOR_SIZE,
  TYPE_LINUX,
  writeGpt,
  type GptTable,
} from "@icos/slots";
import { runPhases, type Exec } from "@icos/system";
import { planUpgradeDisk } from "./plan-upgrade-disk.ts";
import { CREATE_UPGRADE_DISK, removeUpgradeDisk, type UpgradeDiskContext } from "./upgrade-disk.ts";

const GUID = "11111111-2222-4333-8444-555555555555";
const STORE = { number: 10, start: 88_696_832, sectors: 16_000_000, typeGuid: TYPE_LINUX, guid: GUID };
const NODE_TABLE: GptTable = { ...GUESTOS_TABLE, partitions: [...GUESTOS_TABLE.partitions, STORE] };
const SECTORS = GUESTOS_DISK_SIZE / SECTOR_SIZE;

void test("the store lies under a layer that takes the writes; everything else is the guest's own disk", () => {
  const devices = planUpgradeDisk({ device: "/dev/g", sectors: SECTORS, table: NODE_TABLE, scratch: "/dev/loop7" });
  const end = STORE.start + STORE.sectors;
  assert.deepEqual(devices, [
    { name: "guestos-data", table: `0 16000000 linear /dev/g ${STORE.start}` },
    { name: "guestos-data-snapshot", table: "0 16000000 snapshot /dev/mapper/guestos-data /dev/loop7 N 8" },
    {
      name: "upgrade-guestos",
      table: [
        `0 ${STORE.start} linear /dev/g 0`,
        `${STORE.start} 16000000 linear /dev/mapper/guestos-data-snapshot 0`,
        `${end} ${SECTORS - end} linear /dev/g ${end}`,
      ].join("\n"),
    },
  ]);
});

void test("only the disk of a node that has run has a store to protect", () => {
  const plan = (table: GptTable, sectors = SECTORS) =>
    planUpgradeDisk({ device: "/dev/g", sectors, table, scratch: "/dev/loop7" });
  assert.throws(() => plan(GUESTOS_TABLE), { code: "not-a-node-disk", message: /9 partitions/ });
  const eleventh = { ...STORE, number: 11, start: STORE.start + STORE.sectors, sectors: 8 };
  assert.throws(() => plan({ ...NODE_TABLE, partitions: [...NODE_TABLE.partitions, eleventh] }), {
    code: "not-a-node-disk",
  });
  assert.throws(() => plan(NODE_TABLE, STORE.start + 8), { code: "not-a-node-disk" });
});

/** A machine whose device mapper is a directory. */
async function fakeMachine(busyTimes = 0) {
  const root = mkdtempSync(join(tmpdir(), "ud-"));
  after(() => rm(root, { recursive: true, force: true }));
  const dev = join(root, "dev");
  const run = join(root, "run");
  for (const directory of [join(dev, "mapper"), run]) mkdirSync(directory, { recursive: true });
  const device = join(root, "guestos");
  writeFileSync(device, "");
  await truncate(device, GUESTOS_DISK_SIZE);
  const disk = await openBlockDevice(device);
  await writeGpt(disk, NODE_TABLE);
  await disk.close();

  const log: string[] = [];
  const loops = new Set<string>();
  let busy = busyTimes;
  const exec: Exec = {
    async run(command) {
      const [program, verb, name = ""] = command;
      log.push(command.join(" ").replaceAll(root, ""));
      let stdout = "";
      if (program === "dmsetup") {
        if (verb === "remove" && busy-- > 0) throw new Error("Device or resource busy");
        if (verb === "create") writeFileSync(join(dev, "mapper", name), "");
        else rmSync(join(dev, "mapper", name));
      } else if (verb === "--find") {
        loops.add("/dev/loop0");
        stdout = "/dev/loop0\n";
      } else if (verb === "--noheadings") stdout = [...loops].map((loop) => `${loop}\n`).join("");
      else loops.delete(name);
      return { stdout: Buffer.from(stdout), stderr: "" };
    },
  };
  const sleeps: number[] = [];
  const clock = { now: () => 0, sleep: async (milliseconds: number) => void sleeps.push(milliseconds) };
  const context: UpgradeDiskContext = { exec, clock, dev, device, run };
  return { context, log, loops, sleeps, dev, run };
}

void test("what a killed run has left is removed before the disk is made anew", async () => {
  const { context, log, loops, dev, run } = await fakeMachine();
  await runPhases(CREATE_UPGRADE_DISK, context);
  log.length = 0;
  await runPhases(CREATE_UPGRADE_DISK, { ...context });
  assert.deepEqual(
    log.filter((command) => command.startsWith("dmsetup")),
    [
      "dmsetup remove upgrade-guestos",
      "dmsetup remove guestos-data-snapshot",
      "dmsetup remove guestos-data",
      "dmsetup create guestos-data",
      "dmsetup create guestos-data-snapshot",
      "dmsetup create upgrade-guestos",
    ],
  );
  await removeUpgradeDisk(context);
  assert.equal(loops.size, 0);
  assert.equal(existsSync(join(dev, "mapper/upgrade-guestos")), false);
  assert.equal(existsSync(join(run, "scratch")), false);
  log.length = 0;
  await removeUpgradeDisk(context);
  assert.deepEqual(log, []);
});

void test("a device that is in use is tried again, and then named", async () => {
  const patient = await fakeMachine(3);
  await runPhases(CREATE_UPGRADE_DISK, patient.context);
  await removeUpgradeDisk(patient.context);
  assert.deepEqual(patient.sleeps, [2000, 2000, 2000]);

  const stuck = await fakeMachine(Infinity);
  await runPhases(CREATE_UPGRADE_DISK, stuck.context);
  await assert.rejects(removeUpgradeDisk(stuck.context), { code: "upgrade-disk-in-use", message: /upgrade-guestos/ });
  assert.equal(stuck.sleeps.length, 9);
});

void test("what losetup prints is a loop device or nothing that is used", async () => {
  const { context, log } = await fakeMachine();
  const { exec } = context;
  const talkative: typeof exec = {
    run: async (command, options) =>
      command.includes("--find")
        ? { stdout: Buffer.from("losetup: warning\n/dev/sda; reboot\n"), stderr: "" }
        : exec.run(command, options),
  };
  await assert.rejects(runPhases(CREATE_UPGRADE_DISK, { ...context, exec: talkative }), { code: "unexpected-output" });
  assert.ok(!log.some((command) => command.startsWith("dmsetup create")));
});
