import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { newGrubenv } from "@icos/slots";
import type { Logger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import { writeRunState, type GuestVmState } from "../guest-vm/run-state.ts";
import { createLayout } from "../layout.ts";
import { testingHostConfig } from "../testing-host-config.ts";
import { COLLECTOR_DIRECTORY } from "./collector-files.ts";
import { startMonitoring } from "./start-monitoring.ts";
import { VERBOSE_CONSOLE_REQUEST } from "./verbose-console.ts";

interface Host {
  readonly root: string;
  readonly logged: string[];
  /** The next round has been made. */
  readonly round: () => Promise<void>;
  readonly metrics: (name: string) => Promise<string>;
}

async function onHost(verbose: boolean, body: (host: Host) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "monitoring-"));
  const clock = new VirtualClock();
  const logged: string[] = [];
  const logger: Logger = { log: (_, message, fields) => logged.push(`${message} ${String(fields?.["error"])}`) };
  const stopping = new AbortController();
  try {
    const directories = ["opt/ic/share", "proc", "boot/grub", "run/icos/monitoring", "run/icos/guest-vm"];
    for (const directory of [join("run", COLLECTOR_DIRECTORY), ...directories])
      await mkdir(join(root, directory), { recursive: true });
    await writeFile(join(root, "opt/ic/share/version.txt"), "v1\n");
    await writeFile(join(root, "proc/cmdline"), "quiet dfinity.system=B\n");
    const base = testingHostConfig();
    const config = { ...base, hostos_settings: { ...base.hostos_settings, verbose } };
    const running = startMonitoring({ config, layout: createLayout(root) }, { clock, logger }, stopping.signal);
    const settled = async (): Promise<void> => {
      while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await settled();
    await body({
      root,
      logged,
      async round() {
        clock.advance(10_000);
        await settled();
      },
      metrics: (name) => readFile(join(root, "run", COLLECTOR_DIRECTORY, `${name}.prom`), "utf8"),
    });
    stopping.abort();
    await running;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

void test("series follow the host's files", () =>
  onHost(false, async ({ root, round, metrics }) => {
    assert.match(await metrics("hostos_version"), /^hostos_version\{version="v1"\} 1$/m);
    assert.match(await metrics("hostos_boot"), /^hostos_boot_slot\{slot="B"\} 1\n[^]*^hostos_boot_stable 1$/m);
    await writeFile(join(root, "boot/grub/grubenv"), newGrubenv({ alternative: "B", cycle: "failsafe_check" }));
    await round();
    const boot = await metrics("hostos_boot");
    assert.match(boot, /^hostos_boot_stable 0$/m);
    assert.match(boot, /^hostos_boot_action\{next_boot="A",version="v1"\} 2$/m);
    assert.deepEqual(
      (await readdir(join(root, "run", COLLECTOR_DIRECTORY))).filter((name) => !name.endsWith(".prom")),
      [],
    );
    assert.deepEqual(await readdir(join(root, "run/icos/monitoring")), []);
  }));

void test("a source that cannot be read is logged once, leaves its last series, and shows in the metrics", () =>
  onHost(false, async ({ root, logged, round, metrics }) => {
    const grubenv = join(root, "boot/grub/grubenv");
    await writeFile(grubenv, "broken");
    await round();
    await round();
    assert.match(await metrics("hostos_boot"), /^hostos_boot_stable 1$/m);
    assert.match(await metrics("hostos_collectors"), /^hostos_collector_success\{collector="hostos_boot"\} 0$/m);
    assert.match(await metrics("hostos_collectors"), /^hostos_collector_success\{collector="hostos_version"\} 1$/m);
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? "", /^The metrics hostos_boot cannot be collected\. .*not a GRUB environment block/);
    await rm(grubenv);
    await round();
    assert.match(await metrics("hostos_collectors"), /^hostos_collector_success\{collector="hostos_boot"\} 1$/m);
    await writeFile(grubenv, "broken");
    await round();
    assert.equal(logged.length, 2);
  }));

void test("a verbose host asks for the guest's console on its screen", () =>
  onHost(true, async ({ root }) => {
    assert.equal(await readFile(join(root, "run", VERBOSE_CONSOLE_REQUEST), "utf8"), "");
  }));

void test("a guest is what its runner says, and not defined before it has said anything", () =>
  onHost(false, async ({ root, round, metrics }) => {
    const file = join(root, "run/icos/guest-vm/guestos.json");
    const said = async (state: GuestVmState): Promise<string | undefined> => {
      const rest = { boots: 1, failures: 0, lastFailure: null, machine: null, warnings: [] };
      await writeRunState(file, { version: 1, name: "guestos", state, ...rest });
      await round();
      return /^hostos_guestos_state\{vm="guestos"\} (\d)$/m.exec(await metrics("hostos_guestos"))?.[1];
    };
    assert.match(await metrics("hostos_guestos"), /^hostos_guestos_state\{vm="guestos"\} 1$/m);
    const run = { pid: 7, directBoot: true, slot: "A", label: "stable", boot: "booted" } as const;
    assert.equal(await said({ kind: "running", since: 0, ...run }), "0");
    assert.equal(await said({ kind: "waiting", since: 0, reason: "QEMU ended", retryAt: 1 }), "2");
  }));
