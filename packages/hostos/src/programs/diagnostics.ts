import { readFile } from "node:fs/promises";
import { createExec, readFileIfExists } from "@icos/system";
import * as v from "valibot";
import { showAlternative } from "../alternative/alternative.ts";
import { hostFiles } from "../console/host-files.ts";
import { collectBundle, writeBundle } from "../diagnostics/bundle.ts";
import { deliver } from "../diagnostics/deliver.ts";
import { hostSources } from "../diagnostics/host-sources.ts";
import { keysIn, linesOfKey } from "../diagnostics/redact.ts";
import { guestDisk } from "../recovery/guest-disk.ts";
import { answerOne } from "../root-service/answer.ts";
import { findSticks } from "../usb/sticks.ts";

/** `diagnostics@.service`: one bundle for support, as root. */
const exec = createExec();
const files = hostFiles();
const disk = guestDisk(exec, "/run/diagnostics");

async function guestSlot(): Promise<string> {
  return JSON.stringify((await showAlternative({ openGrubenv: () => disk.grubenv() })) ?? null);
}

const schema = v.strictObject({ action: v.literal("collect") });
await answerOne({ input: process.stdin, output: process.stdout }, schema, async ({ report, signal }) => {
  const text = async (name: string): Promise<string> =>
    (await readFileIfExists(`/boot/config/${name}`).catch(() => undefined))?.toString() ?? "";
  const keys = [await text("node_operator_private_key.pem"), ...keysIn(await text("config.json"))];
  const time = new Date().toISOString();
  const { members } = await collectBundle({
    sources: await hostSources({ exec, files, guestSlot }),
    secretLines: keys.flatMap(linesOfKey),
    time,
    version: (await readFile(files.version, "utf8").catch(() => "unknown")).trim(),
    report,
    signal,
  });
  report({ phase: "write", text: "..." });
  const name = `icos-diagnostics-${time.replaceAll(/[-:]|\.\d+/g, "")}.tar.zst`;
  return deliver(name, (file) => writeBundle(members, file, signal), {
    exec,
    findSticks,
    mountPoint: "/run/diagnostics/stick",
    fallback: "/var/lib/icos/diagnostics",
  });
});
process.exit();
