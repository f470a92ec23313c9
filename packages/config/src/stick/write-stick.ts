import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IcosError, syncDirectory, systemErrorCode, writeFileDurably } from "@icos/system";
import { DEPLOYMENT_JSON } from "../inputs/deployment-json.ts";
import { CONFIG_INI } from "../inputs/config-ini.ts";
import { Secret } from "../secret.ts";
import type { StickFiles } from "./read-stick.ts";
import { formatConfigIni, formatDeploymentJson, type StickAnswers, type StickMaterial } from "./stick-answers.ts";
import { STICK_FILES } from "./stick-inputs.ts";

/** The files of a stick that is to be written, as they would be read from it. Images come from where they are. */
export function planStick(answers: StickAnswers, material: StickMaterial): StickFiles {
  const contents = new Map<string, Uint8Array>([
    [CONFIG_INI, Buffer.from(formatConfigIni(answers))],
    [DEPLOYMENT_JSON, Buffer.from(formatDeploymentJson(answers))],
  ]);
  for (const [account, keys] of Object.entries(material.sshKeys))
    contents.set(`${STICK_FILES.sshKeys}/${account}`, Buffer.from(keys));
  const hasSshKeys = Object.keys(material.sshKeys).length > 0;
  const operatorKey = material.operatorKey && new Secret(material.operatorKey);
  const names = [...contents.keys(), ...(operatorKey ? [STICK_FILES.operatorKey] : [])];
  return { contents, operatorKey, hasSshKeys, present: new Set(names), problems: [] };
}

/** Image files on this machine, by their name on the stick. */
export type StickImages = ReadonlyMap<typeof STICK_FILES.hostImage | typeof STICK_FILES.guestImage, string>;

export interface WriteStickOptions {
  readonly directory: string;
  readonly images: StickImages;
  /** Replace files that are there. */
  readonly force: boolean;
}

/**
 * Writes the files, each whole or not at all, and the operator's key readable by its owner only. Nothing is written
 * when one of them is there already, unless forced. Gives the names in the order in which they were written.
 */
export async function writeStick(
  files: StickFiles,
  { directory, images, force }: WriteStickOptions,
): Promise<string[]> {
  const names = [...files.present, ...images.keys()];
  await makeStickDirectory(directory);
  if (!force) await refuseToReplace(directory, names);
  if (files.hasSshKeys) await makeOwnDirectory(join(directory, STICK_FILES.sshKeys));
  for (const [name, content] of files.contents) await writeFileDurably(join(directory, name), content);
  if (files.operatorKey)
    await writeFileDurably(join(directory, STICK_FILES.operatorKey), files.operatorKey.reveal(), 0o600);
  for (const [name, from] of images) await copyDurably(from, join(directory, name));
  return names;
}

async function makeStickDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw new IcosError("no-stick-directory", `${directory} cannot be made.`, { place: { file: directory }, cause });
  }
}

async function refuseToReplace(directory: string, names: readonly string[]): Promise<void> {
  const existing: string[] = [];
  for (const name of names) if (await exists(join(directory, name))) existing.push(name);
  if (existing.length === 0) return;
  throw new IcosError("would-overwrite", `There already is ${existing.join(", ")} in ${directory}.`, {
    next: "Choose another directory, or replace them with --force.",
    place: { file: directory },
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** A directory of the stick itself: files written through a link would lie elsewhere. */
async function makeOwnDirectory(path: string): Promise<void> {
  if (!(await exists(path))) return mkdir(path);
  if ((await lstat(path)).isDirectory()) return undefined;
  throw new IcosError("not-a-directory", `${path} is not a directory.`, { next: "Remove it.", place: { file: path } });
}

/** An image is too large for memory; where the file system can, the copy shares its blocks. */
async function copyDurably(from: string, to: string): Promise<void> {
  const temporary = join(dirname(to), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await copyFile(from, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const file = await open(temporary, "r+");
    try {
      await file.chmod(0o644);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(to));
}
