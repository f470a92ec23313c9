import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { newGrubenv } from "@icos/slots";
import { testingHostConfig } from "../testing-host-config.ts";
import { guestReportFrom } from "./guest-report.ts";
import { guestVmFrom } from "./guest-vm-file.ts";
import { hostFiles } from "./host-files.ts";
import { createObserver } from "./node-observer.ts";
import type { Status } from "./observer.ts";
import { parseUnitStates } from "./unit-states.ts";

const NOW = 1_800_000_000_000;

async function look(
  content: Readonly<Record<string, string | Uint8Array>>,
  /** What `systemctl show` prints. */
  units?: string,
): Promise<Status> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "observer-"));
  for (const [path, text] of Object.entries(content)) {
    await mkdir(join(directory.path, dirname(path)), { recursive: true });
    await writeFile(join(directory.path, path), text);
  }
  const files = hostFiles(directory.path);
  const observer = createObserver({
    files,
    clock: { now: () => NOW, sleep: async () => undefined },
    unitStates: async () => {
      if (units === undefined) throw new Error("nobody answers");
      return parseUnitStates(units);
    },
    guestVm: guestVmFrom(files.guestVm),
    guestReport: guestReportFrom(files.guestHealth),
  });
  return await observer.look();
}

const HEALTH = { state: "healthy", "node-id": "aaaaa-aa", detail: "follows the network", at: NOW - 1000 };
const RUN_STATE = {
  version: 1,
  name: "guestos",
  state: { kind: "running", since: NOW - 60_000, pid: 1, directBoot: true, slot: "A", label: "stable", boot: "booted" },
  boots: 1,
  failures: 0,
  lastFailure: null,
  machine: null,
  warnings: [],
};

void test("a host that has just started says so, whatever is missing", async () => {
  const { explanation, facts } = await look({});
  assert.equal(explanation.kind, "host-starting");
  assert.equal(facts.time, "2027-01-15 08:00 UTC");
});

void test("from the files of runner and guest, the node is healthy", async () => {
  const { explanation, facts } = await look({
    "run/config/config.json": JSON.stringify(testingHostConfig()),
    "run/icos/guest-vm/guestos.json": JSON.stringify(RUN_STATE),
    "run/icos/guest-health.json": JSON.stringify(HEALTH),
    "opt/ic/share/version.txt": "1.2.3\n",
    "proc/cmdline": "root=x dfinity.system=B",
    "boot/grub/grubenv": newGrubenv({ alternative: "B", cycle: "failsafe_check" }),
    "run/icos/network.json": JSON.stringify({
      choice: { kind: "working", card: "eno1", speed: null, answer: "echo" },
      mac: "6a:00:01:02:03:04",
      address: "2001:db8::1/64",
      gateway: "2001:db8::ff",
      resolvers: [],
      otherManagementMac: "b0:7b:25:c8:f6:c0",
    }),
  });
  assert.equal(explanation.kind, "healthy");
  assert.equal(explanation.story, "Follows the network.");
  assert.equal(explanation.notices.length, 2);
  assert.deepEqual([facts.nodeId, facts.hostVersion, facts.hostSlot], ["aaaaa-aa", "1.2.3", "B"]);
  assert.match(facts.guestIpv6 ?? "", /^2001:db8:0:1:6801/);
});

void test("files that make no sense are as if they were not there, and a wrong configuration is named", async () => {
  const broken = await look({
    "run/config/config.json": JSON.stringify(testingHostConfig()),
    "run/icos/guest-vm/guestos.json": "{",
    "run/icos/guest-health.json": '{"state":"splendid"}',
    "boot/grub/grubenv": "short",
  });
  assert.equal(broken.explanation.kind, "network-missing");
  const wrong = await look({ "run/config/config.json": '{"config_version": "1.17.0"}' });
  assert.equal(wrong.explanation.kind, "configuration-invalid");
});

const BOOT_UNIT = `Id=hostos-boot.service
LoadState=loaded
ActiveState=activating
SubState=start
Result=success
NRestarts=`;

void test("a host whose boot program does not get through says why, whether that can be told from a file or not", async () => {
  const failure = (phase: string): string =>
    JSON.stringify({
      format: 1,
      phase,
      lines: [
        `This host does not start. Failed: ${phase}.`,
        "The volume B_var is missing.",
        "What to do: Put it back.",
      ],
    });
  const volumes = await look({ "run/icos/boot-failure.json": failure("volumes") });
  assert.equal(volumes.explanation.kind, "host-failed");
  assert.match(volumes.explanation.story, /^Volumes: The volume B_var is missing\. What to do: Put it back\.$/i);
  const configuration = await look({ "run/icos/boot-failure.json": failure("configuration") });
  assert.equal(configuration.explanation.kind, "configuration-invalid");
  assert.equal((await look({}, `${BOOT_UNIT}0\n`)).explanation.kind, "host-starting");
  assert.equal((await look({}, `${BOOT_UNIT}3\n`)).explanation.kind, "host-failed");
});
