import { join } from "node:path";
import { readFatFile } from "@icos/config";
import { openBlockDevice, type BlockDevice } from "@icos/slots";
import { describeError, IcosError, readFileIfExists, type Exec } from "@icos/system";
import { rm } from "node:fs/promises";
import type { Stick } from "../usb/sticks.ts";
import { LONGEST_PICTURE, readQrPicture } from "./qr-picture.ts";
import { LONGEST_REQUEST_FILE, parseRecoveryFile, type RecoveryRequest } from "./request.ts";

/** In the top directory of a stick, in this order, with the bytes that each may have. */
export const REQUEST_FILES = [
  { name: "recovery.json", longest: LONGEST_REQUEST_FILE },
  { name: "recovery.txt", longest: LONGEST_REQUEST_FILE },
  { name: "recovery.png", longest: LONGEST_PICTURE },
] as const;
type RequestFile = (typeof REQUEST_FILES)[number];

export interface MediumModules {
  readonly findSticks: () => Promise<readonly Stick[]>;
  readonly open: (device: string) => Promise<BlockDevice>;
  readonly exec: Exec;
  /** Private, for a moment. */
  readonly scratch: string;
}

export function openMedium(device: string): Promise<BlockDevice> {
  return openBlockDevice(device, { readOnly: true });
}

/**
 * The recovery request on whatever is plugged in; a stick that cannot be read hides no other. FAT and ext4 are read
 * without the kernel mounting them: a stick is a stranger's. Throws `no-stick`, `no-recovery-request` with what is wrong
 * with each, and `bad-recovery-request` or `bad-recovery-picture` for a file that is there and wrong.
 */
export async function readRecoveryMedium(modules: MediumModules): Promise<RecoveryRequest> {
  const sticks = await modules.findSticks();
  if (sticks.length === 0) {
    throw new IcosError("no-stick", "No USB stick was found.", { next: "Plug it in, wait a moment and try again." });
  }
  const problems: string[] = [];
  for (const { device } of sticks) {
    const found = await findRequest(device, modules);
    if (typeof found === "string") problems.push(`${device} ${found}`);
    else return parseRecoveryFile(textOf(found.file, found.content, device), `${found.file.name} on ${device}`);
  }
  throw new IcosError("no-recovery-request", `No recovery request was found: ${problems.join("; ")}.`, {
    next: "Put recovery.json into the top directory of a stick with a FAT or ext4 file system, or recovery.png with its QR code, or type the values.",
    details: { problems },
  });
}

interface Found {
  readonly file: RequestFile;
  readonly content: Buffer;
}

/** The request's file, or what is wrong with the device. Does not reject. */
async function findRequest(device: string, modules: MediumModules): Promise<Found | string> {
  try {
    return await readRequest(device, modules);
  } catch (error) {
    return `cannot be read (${describeError(error).replace(/\.$/, "")})`;
  }
}

async function readRequest(device: string, modules: MediumModules): Promise<Found | string> {
  const medium = await modules.open(device);
  try {
    const read = (await isExt4(medium)) ? fromExt4(device, modules) : fromFat(medium);
    let problem = "has no recovery.json";
    for (const file of REQUEST_FILES) {
      const content = await read(file);
      if (typeof content !== "string") return { file, content };
      problem = content;
    }
    return problem;
  } finally {
    await medium.close();
  }
}

function textOf({ name }: RequestFile, content: Buffer, device: string): string {
  return name === "recovery.png" ? readQrPicture(content, `${name} on ${device}`) : content.toString("utf8");
}

/** The content of a file, or why there is none. */
type Read = (file: RequestFile) => Promise<Buffer | string>;

function fromFat(medium: BlockDevice): Read {
  return async ({ name, longest }) => {
    try {
      return Buffer.from(await readFatFile(medium, name, longest));
    } catch (error) {
      if (!(error instanceof IcosError)) throw error;
      if (error.code === "file-not-found") return "has no recovery.json";
      return "has no FAT or ext4 file system that can be read";
    }
  };
}

function fromExt4(device: string, { exec, scratch }: MediumModules): Read {
  return async ({ name, longest }) => {
    const target = join(scratch, name);
    await rm(target, { force: true });
    await exec
      .run(["debugfs", "-c", "-R", `dump /${name} ${target}`, device], { timeout: 30_000 })
      .catch(() => undefined);
    const content = await readFileIfExists(target);
    await rm(target, { force: true });
    if (content === undefined || content.length === 0) return "has no recovery.json";
    return content.length > longest ? `has a ${name} of ${content.length} bytes` : content;
  };
}

const EXT4_MAGIC_AT = 1024 + 56;

async function isExt4(medium: BlockDevice): Promise<boolean> {
  return medium.size > 4096 && (await medium.read(EXT4_MAGIC_AT, 2)).readUInt16LE(0) === 0xef53;
}
