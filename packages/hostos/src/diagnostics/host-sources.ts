import { glob, open, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { loadConfig, shownConfig } from "@icos/config";
import { bootStateOf, parseGrubenv } from "@icos/slots";
import { IcosError, type Exec } from "@icos/system";
import type { HostFiles } from "../console/host-files.ts";
import { networkText } from "../console/network-facts.ts";
import { LONGEST_SOURCE, type DiagnosticsSource } from "./source.ts";

const SERIAL_TAIL = 2 * 1024 * 1024;

/** Files that are taken as they are; patterns below the root. */
const FILES = [
  "opt/ic/share/version.txt",
  "opt/ic/share/variant",
  "proc/version",
  "proc/cmdline",
  "proc/uptime",
  "proc/loadavg",
  "proc/meminfo",
  "proc/mounts",
  "proc/partitions",
  "proc/modules",
  "proc/net/dev",
] as const;
const PATTERNS = ["run/icos/**/*.json", "run/node_exporter/collector_textfile/*.prom"] as const;
const LOGS = ["var/log/guestos/*.log"] as const;

export interface SourceModules {
  readonly exec: Exec;
  readonly files: HostFiles;
  /** The boot state of the guest's disk, as text. */
  readonly guestSlot: () => Promise<string>;
  readonly root?: string | undefined;
}

/** Everything that tells how this host is doing; nothing that is only of use to somebody else. */
export async function hostSources(modules: SourceModules): Promise<readonly DiagnosticsSource[]> {
  const { exec, files, guestSlot, root = "/" } = modules;
  const command = (name: string, argv: readonly string[]): DiagnosticsSource => ({
    name,
    collect: async () => (await exec.run(argv, { timeout: 60_000 })).stdout.toString(),
  });
  const text = (path: string): DiagnosticsSource => ({ name: path, collect: () => readFile(join(root, path), "utf8") });
  return [
    command("journal.txt", ["/usr/bin/journalctl", "--no-pager", "--boot", "--output=short-iso", "--lines=30000"]),
    command("units.txt", ["/usr/bin/systemctl", "--no-pager", "--all", "list-units"]),
    command("unit-properties.txt", ["/usr/bin/systemctl", "--no-pager", "show", "*.service", "*.socket", "*.timer"]),
    { name: "config.json", collect: async () => JSON.stringify(shownConfig(await loadConfig(files.config)), null, 2) },
    { name: "network.txt", collect: () => networkText(files) },
    { name: "host-slot.json", collect: () => hostSlot(files) },
    { name: "guest-slot.txt", collect: guestSlot },
    ...FILES.map(text),
    ...(await matching(root, PATTERNS)).map(text),
    ...(await matching(root, LOGS)).map((path) => ({
      name: path,
      collect: () => endOf(join(root, path), SERIAL_TAIL),
    })),
  ];
}

async function hostSlot({ grubenv }: HostFiles): Promise<string> {
  return JSON.stringify(bootStateOf(parseGrubenv(await readFile(grubenv), grubenv)));
}

async function matching(root: string, patterns: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const path of glob(patterns.map((pattern) => join(root, pattern)))) found.push(relative(root, path));
  return found.toSorted();
}

/** The last `length` bytes of a file. */
export async function endOf(path: string, length: number): Promise<string> {
  if (length > LONGEST_SOURCE) throw new IcosError("too-long", `At most ${LONGEST_SOURCE} bytes of a file are taken.`);
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const start = Math.max(0, size - length);
  const buffer = Buffer.alloc(size - start);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.toString("utf8", 0, bytesRead);
}
