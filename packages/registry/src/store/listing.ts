import { join } from "node:path";
import { describeError, type DurableFiles, IcosError, systemErrorCode } from "@icos/system";
import { LEVELS, UNFINISHED, versionPath } from "./layout.ts";

/** What lies in a store's directory, by names alone. */
export interface StoreListing {
  /** The versions that have a file, ascending. */
  readonly versions: readonly number[];
  /** Files whose writing did not come to its end, in paths below the store. */
  readonly unfinished: readonly string[];
  /** What has no place in the layout, inside of the directories of versions, in paths below the store. */
  readonly foreign: readonly string[];
}

/** Reads directories only: one call for 256 versions. What lies directly in the store's directory is not the store's. */
export function listStore(files: DurableFiles, directory: string): StoreListing {
  const versions: number[] = [];
  const unfinished: string[] = [];
  const foreign: string[] = [];
  const walk = (path: string, depth: number): void => {
    const names = listDirectory(files, join(directory, path));
    if (names === undefined) {
      if (depth > 0) foreign.push(path);
      return;
    }
    for (const name of names.toSorted()) {
      const below = join(path, name);
      if (LEVELS[depth]?.test(name)) {
        if (depth + 1 < LEVELS.length) walk(below, depth + 1);
        else {
          const version = Number.parseInt(below.replaceAll("/", "").slice(0, -".pb".length), 16);
          if (version >= 1 && Number.isSafeInteger(version)) versions.push(version);
          else foreign.push(below);
        }
      } else if (depth > 0) (UNFINISHED.test(name) ? unfinished : foreign).push(below);
    }
  };
  walk("", 0);
  return { versions, unfinished, foreign };
}

/** Sentences about what is behind the last version that can be read; empty when nothing is. */
export function strayProblems({ versions, foreign }: StoreListing, readable: number): string[] {
  const behind = versions.filter((version) => version > readable + 1);
  const first = behind[0];
  const last = behind.at(-1);
  return [
    ...(first === undefined || last === undefined
      ? []
      : [
          `${first === last ? versionPath(first) : `${versionPath(first)} to ${versionPath(last)}`} (${behind.length}) ` +
            `come after version ${readable + 1}, which is missing or damaged.`,
        ]),
    ...foreign.map((path) => `${path} does not belong into the store.`),
  ];
}

/** Names in a directory; undefined when there is none, or a file in its place. @throws IcosError `local-store-unreadable` */
function listDirectory(files: DurableFiles, path: string): readonly string[] | undefined {
  try {
    return files.list(path);
  } catch (cause) {
    if (systemErrorCode(cause) === "ENOTDIR") return undefined;
    throw unreadable(path, cause);
  }
}

export function unreadable(path: string, cause: unknown): IcosError {
  return new IcosError(
    "local-store-unreadable",
    `${path} of the local store cannot be read: ${describeError(cause)}.`,
    {
      place: { file: path },
      cause,
    },
  );
}
