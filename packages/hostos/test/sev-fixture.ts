import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock, Logger } from "@icos/system";
import type { SevChip } from "../src/sev/chip.ts";

export const CHIP: SevChip = {
  product: "Milan",
  hardwareId: Buffer.from("eabe7110".repeat(16), "hex"),
  reportedTcb: { bootLoader: 3, tee: 0, snp: 23, microcode: 213 },
};
export const VCEK_FILE = `vcek_${"eabe7110".repeat(16)}_bl03_tee00_snp23_ucode213.der`;

/** A clock whose sleeps are over at once, and are remembered. */
export class HastyClock implements Clock {
  readonly slept: number[] = [];

  now(): number {
    return Date.parse("2026-11-25T12:00:00Z");
  }

  sleep(milliseconds: number): Promise<void> {
    this.slept.push(milliseconds);
    return Promise.resolve();
  }
}

/** Keeps what is logged, with its error or problem. */
export class LinesLogger implements Logger {
  readonly lines: string[] = [];

  log(severity: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const why = fields["error"] ?? fields["problem"];
    this.lines.push(`${severity}: ${message}${typeof why === "string" ? ` ${why}` : ""}`);
  }
}

export async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-sev-"));
  try {
    await work(directory);
  } finally {
    await chmod(directory, 0o700);
    await rm(directory, { recursive: true, force: true });
  }
}
