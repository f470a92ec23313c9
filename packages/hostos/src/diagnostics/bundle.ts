import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import { writeTar, type TarSource } from "@icos/slots";
import { describeError, syncDirectory } from "@icos/system";
import type { Progress } from "../root-service/messages.ts";
import { holdsSecret, redactText } from "./redact.ts";
import { LONGEST_SOURCE, type DiagnosticsSource } from "./source.ts";

export interface BundleOptions {
  readonly sources: readonly DiagnosticsSource[];
  /** Lines of the secrets of this machine, which must be in no file. */
  readonly secretLines: readonly string[];
  /** ISO 8601. */
  readonly time: string;
  readonly version: string;
  readonly report: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

export interface ManifestFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Whether only the end is there. */
  readonly cut: boolean;
}

export interface Manifest {
  readonly format: 1;
  readonly time: string;
  readonly version: string;
  readonly files: readonly ManifestFile[];
  /** What could not be collected, and why. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/** Collects everything that can be had; what fails, or holds a secret, is named in the manifest and left out. */
export async function collectBundle(options: BundleOptions): Promise<{ manifest: Manifest; members: TarSource[] }> {
  const { sources, secretLines, time, version, report, signal } = options;
  const files: ManifestFile[] = [];
  const missing: { name: string; reason: string }[] = [];
  const members: TarSource[] = [];
  for (const source of sources) {
    signal.throwIfAborted();
    const { name } = source;
    report({ phase: "collect", text: name });
    try {
      const all = redactText(await source.collect());
      if (holdsSecret(all, secretLines)) {
        missing.push({ name, reason: "a secret of this machine is in it" });
        continue;
      }
      const whole = Buffer.from(all);
      const bytes = whole.subarray(Math.max(0, whole.length - LONGEST_SOURCE));
      files.push({ name, bytes: bytes.length, sha256: hash(bytes), cut: bytes.length < whole.length });
      members.push({ kind: "bytes", name, bytes });
    } catch (error) {
      missing.push({ name, reason: redactText(describeError(error)) });
    }
  }
  const manifest: Manifest = { format: 1, time, version, files, missing };
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  return { manifest, members: [{ kind: "bytes", name: "manifest.json", bytes }, ...members] };
}

/** Writes the bundle as tar + zstd; complete and on the medium when it resolves, or not there. */
export async function writeBundle(members: readonly TarSource[], file: string, signal: AbortSignal): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(Readable.from(writeTar(members)), createZstdCompress(), createWriteStream(part, { mode: 0o600 }), {
      signal,
    });
    await using written = await open(part, "r");
    await written.sync();
    await rename(part, file);
    await syncDirectory(dirname(file));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
