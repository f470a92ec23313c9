import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openTestImage } from "./machine/image.ts";
import { withMachine } from "./machine/machine.ts";
import { nodeConfig, writeMedium } from "./machine/medium.ts";

/** With this UEFI sets up a serial terminal; QEMU's BIOS, which starts the kernel otherwise, says nothing there. */
const UEFI_TERMINAL = "\u001B[=3h";
/** An address for documentation: nothing answers there. */
const UNREACHABLE = "http://[2001:db8::10]:8080";

void test("a production image is started by OVMF, as on a host, and configures itself", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-e2e-"));
  try {
    const image = await openTestImage(directory, "prod");
    const medium = (path: string): Promise<void> => writeMedium(image.tools.exec, path, nodeConfig(UNREACHABLE));
    await withMachine(image, { firmware: true, writeMedium: medium }, async (machine) => {
      const text = await machine.shows(/guestos: configured in /);
      assert.ok(text.includes(UEFI_TERMINAL), "it was OVMF that started the kernel");
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});
