import { constants, type Dirent } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { IcosError, systemErrorCode } from "@icos/system";
import { type Problem, ProblemList } from "../inputs/problem.ts";
import { MAX_INPUT_BYTES } from "../inputs/text-file.ts";
import { Secret } from "../secret.ts";
import { STICK_ACCOUNTS, STICK_FILES } from "./stick-inputs.ts";
import { isLeftBehind, unknownNameMessage } from "./stick-names.ts";

/** What lies in a stick's directory: contents not yet judged, and what is wrong with the files themselves. */
export interface StickFiles {
  /** By name relative to the directory; at most one byte more than is ever read. Of images the first bytes. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly operatorKey: Secret | undefined;
  readonly hasSshKeys: boolean;
  /** Names that are there, whether they could be read or not. */
  readonly present: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

const IMAGE_HEAD_BYTES = 4;
const TOP_FILES: ReadonlySet<string> = new Set(
  Object.values(STICK_FILES).filter((name) => name !== STICK_FILES.sshKeys),
);
const IMAGES: ReadonlySet<string> = new Set([STICK_FILES.hostImage, STICK_FILES.guestImage]);

/**
 * Reads the directory of a stick. Symbolic links are refused: on the stick there would be none, and on the way to it
 * they would take along what was never meant. Only a directory that is none is thrown.
 */
export async function readStick(directory: string): Promise<StickFiles> {
  const contents = new Map<string, Uint8Array>();
  const present = new Set<string>();
  const problems: Problem[] = [];
  const read = async (name: string, entry: Dirent): Promise<void> => {
    present.add(name);
    const found = new ProblemList(name);
    const content = await readRegularFile(join(directory, name), entry, IMAGES.has(name), found);
    if (content) contents.set(name, content);
    problems.push(...found.all);
  };

  for (const entry of await entriesOf(directory)) {
    const found = new ProblemList(entry.name);
    if (TOP_FILES.has(entry.name)) await read(entry.name, entry);
    else if (entry.name === STICK_FILES.sshKeys && entry.isDirectory()) present.add(entry.name);
    else if (entry.name === STICK_FILES.sshKeys) refuseKind(entry, "directory", found);
    else if (entry.isSymbolicLink()) refuseKind(entry, "file", found);
    else if (!isLeftBehind(entry.name)) found.warning("unknown-file", unknownNameMessage(entry.name, "top"));
    problems.push(...found.all);
  }
  const hasSshKeys = present.has(STICK_FILES.sshKeys);
  for (const entry of hasSshKeys ? await entriesOf(join(directory, STICK_FILES.sshKeys)) : []) {
    const name = `${STICK_FILES.sshKeys}/${entry.name}`;
    const found = new ProblemList(name);
    if (STICK_ACCOUNTS.some((account) => account === entry.name)) await read(name, entry);
    else if (entry.isSymbolicLink()) refuseKind(entry, "file", found);
    else if (!isLeftBehind(entry.name)) found.warning("unknown-file", unknownNameMessage(entry.name, "sshKeys"));
    problems.push(...found.all);
  }
  const key = contents.get(STICK_FILES.operatorKey);
  contents.delete(STICK_FILES.operatorKey);
  return { contents, operatorKey: key && new Secret(key), hasSshKeys, present, problems };
}

async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    const code = systemErrorCode(cause);
    const why = code === "ENOENT" ? "does not exist" : code === "ENOTDIR" ? "is not a directory" : "cannot be read";
    throw new IcosError("no-stick-directory", `${directory} ${why}.`, {
      next: "Name the directory that holds config.ini and deployment.json.",
      place: { file: directory },
      ...(why === "cannot be read" ? { cause } : {}),
    });
  }
}

async function readRegularFile(
  path: string,
  entry: Dirent,
  isImage: boolean,
  problems: ProblemList,
): Promise<Uint8Array | undefined> {
  if (!entry.isFile()) {
    refuseKind(entry, "file", problems);
    return undefined;
  }
  try {
    // Nothing is followed and nothing waited for, whatever has taken the file's place since.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(isImage ? IMAGE_HEAD_BYTES : MAX_INPUT_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    problems.error("unreadable", `The file cannot be read (${systemErrorCode(error) ?? "unknown error"}).`);
    return undefined;
  }
}

function refuseKind(entry: Dirent, wanted: "file" | "directory", problems: ProblemList): void {
  if (entry.isSymbolicLink())
    problems.error("symlink", `A symbolic link is not followed. Put the ${wanted} itself there.`);
  else problems.error(`not-a-${wanted}`, `This is not a ${wanted === "file" ? "regular file" : "directory"}.`);
}
