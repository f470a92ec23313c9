import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ensureFirmwareVariables } from "./firmware.ts";
import type { GuestVmRole } from "./identity.ts";
import { waitForInterfaces } from "./network-card.ts";
import { createPlaces } from "./places.ts";

void test("each machine of a host has its own disk, logs and metrics, under upstream's names", () => {
  const placesOf = (role: GuestVmRole): readonly string[] => {
    const { disk, serialLog, metrics, state, consoles } = createPlaces(role);
    assert.equal(state, "/run/icos/guest-vm");
    assert.deepEqual(consoles, ["/dev/tty1", "/dev/ttyS0"]);
    return [disk, serialLog, metrics];
  };
  const collected = "/run/node_exporter/collector_textfile";
  assert.deepEqual(placesOf({ type: "default", slot: 0 }), [
    "/dev/hostlvm/guestos",
    "/var/log/guestos/guestos-serial.log",
    `${collected}/hostos_guestos_service.prom`,
  ]);
  assert.deepEqual(placesOf({ type: "upgrade" }), [
    "/dev/mapper/upgrade-guestos",
    "/var/log/guestos/upgrade-guestos-serial.log",
    `${collected}/hostos_guestos_upgrade_service.prom`,
  ]);
  assert.deepEqual(placesOf({ type: "default", slot: 16 }), [
    "/dev/hostlvm/guestos16",
    "/var/log/guestos/guestos-serial16.log",
    `${collected}/hostos_guestos_service16.prom`,
  ]);
});

void test("a machine's firmware variables are its own and kept; a damaged copy and a full /var stop nothing", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "places-"));
  const places = createPlaces({ type: "default", slot: 0 }, directory.path);
  await assert.rejects(ensureFirmwareVariables("guestos", places), { code: "firmware-missing" });
  for (const [file, content] of [
    [places.firmware.code, "code"],
    [places.firmware.variables, "template"],
  ] as const) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const kept = join(places.lib, "guestos_VARS.fd");
  assert.deepEqual(await ensureFirmwareVariables("guestos", places), { path: kept, warning: undefined });
  await writeFile(kept, "settings");
  await ensureFirmwareVariables("guestos", places);
  assert.equal(await readFile(kept, "utf8"), "settings");
  await writeFile(kept, "cut o");
  await ensureFirmwareVariables("guestos", places);
  assert.equal(await readFile(kept, "utf8"), "template");
  await rm(places.lib, { recursive: true });
  await writeFile(places.lib, "no directory can be made here");
  const { path, warning } = await ensureFirmwareVariables("guestos", places);
  assert.equal(path, join(places.run, "VARS.fd"));
  assert.match(warning ?? "", /variables are not kept/);
  assert.equal((await stat(path)).size, "template".length);
});

void test("the tap device and the bridge are waited for, 30 s, and then named", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "places-"));
  const sys = directory.path;
  let now = 0;
  let appear = Infinity;
  const clock = {
    now: () => now,
    async sleep(milliseconds: number) {
      now += milliseconds;
      if (now >= appear) await mkdir(join(sys, "class/net/guest0"), { recursive: true });
    },
  };
  await mkdir(join(sys, "class/net/br6"), { recursive: true });
  const { signal } = new AbortController();
  await assert.rejects(waitForInterfaces(["guest0", "br6"], { sys }, clock, signal), {
    code: "no-network-card",
    message: "The guest cannot be connected: there is no guest0.",
  });
  assert.equal(now, 30_000);
  appear = now + 5_000;
  await waitForInterfaces(["guest0", "br6"], { sys }, clock, signal);
  assert.equal(now, 35_000);
});
