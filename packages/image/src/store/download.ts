import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { IcosError, systemErrorCode } from "@icos/system";
import type { LockedPackage, PackageLock } from "../lock/package-lock.ts";
import type { Mirrors } from "../settings.ts";
import { hashFile, type ContentStore } from "./content-store.ts";

const PARALLEL = 6;

export interface FetchOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly fetch?: typeof globalThis.fetch;
}

/** Brings every package into the store, verified. What is there already is not fetched again; a part is continued. */
export async function fetchPackages(
  lock: PackageLock,
  packages: readonly LockedPackage[],
  store: ContentStore,
  mirrors: () => Promise<Mirrors>,
  options: FetchOptions = {},
): Promise<void> {
  const missing: LockedPackage[] = [];
  for (const entry of packages) if (!(await store.has(entry.sha256, entry.size))) missing.push(entry);
  if (missing.length === 0) return;
  const sources = await mirrors();
  const queue = [...missing];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      options.signal?.throwIfAborted();
      await fetchPackage(entry, packageUrls(entry, lock, sources), store, options);
      options.onProgress?.(++done, missing.length);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

/** Where a package may be found: the mirror, then the snapshot archive at the lock's date. */
export function packageUrls(entry: LockedPackage, lock: PackageLock, mirrors: Mirrors): readonly string[] {
  const archive = entry.source === "security" ? "debian-security" : "debian";
  const urls = [`${mirrors[entry.source]}/${entry.path}`];
  if (mirrors.snapshot) urls.push(`${mirrors.snapshot}/archive/${archive}/${lock.date}/${entry.path}`);
  return urls.map((url) => url.replaceAll("+", "%2b"));
}

type Attempt = { readonly kind: "fetched" } | { readonly kind: "gone"; readonly url: string };

async function fetchPackage(
  entry: LockedPackage,
  urls: readonly string[],
  store: ContentStore,
  options: FetchOptions,
): Promise<void> {
  const gone: string[] = [];
  for (const url of urls) {
    const attempt = await fetchTo(entry, url, store, options);
    if (attempt.kind === "fetched") return verify(entry, url, store);
    gone.push(attempt.url);
  }
  throw new IcosError(
    "package-version-missing",
    `${entry.name} ${entry.version} is no longer at ${gone.join(" nor at ")}.`,
    {
      next: "Set ICOS_DEBIAN_SNAPSHOT to a snapshot archive that keeps old versions, or refresh the lock with `icos image lock --update`.",
    },
  );
}

async function fetchTo(
  entry: LockedPackage,
  url: string,
  store: ContentStore,
  options: FetchOptions,
): Promise<Attempt> {
  const { fetch = globalThis.fetch, signal } = options;
  const partial = store.partialOf(entry.sha256);
  await mkdir(dirname(partial), { recursive: true });
  const have = (await stat(partial).catch(() => undefined))?.size ?? 0;
  if (have === entry.size) return { kind: "fetched" };
  const resume = have > 0 && have < entry.size;
  try {
    const response = await fetch(url, { headers: resume ? { range: `bytes=${have}-` } : {}, signal: signal ?? null });
    if (response.status === 404 || response.status === 410) return { kind: "gone", url };
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const flags = response.status === 206 ? "a" : "w";
    await pipeline(Readable.fromWeb(response.body), createWriteStream(partial, { flags }));
    return { kind: "fetched" };
  } catch (cause) {
    signal?.throwIfAborted();
    if (systemErrorCode(cause) === "ENOSPC")
      throw new IcosError("disk-full", `No space is left while writing ${partial}.`, {
        next: "Free some space, or point ICOS_CACHE_DIR at another disk; the download continues where it stopped.",
        cause,
      });
    throw new IcosError("download-failed", `${url} could not be fetched.`, {
      next: "Check the network; what was fetched so far is kept and the next run continues.",
      cause,
    });
  }
}

async function verify(entry: LockedPackage, url: string, store: ContentStore): Promise<void> {
  const partial = store.partialOf(entry.sha256);
  const actual = await hashFile(partial);
  if (actual === entry.sha256) return store.adopt(partial, entry.sha256);
  await store.discardPartial(entry.sha256);
  throw new IcosError(
    "package-hash-mismatch",
    `${entry.name} ${entry.version} from ${url} is not what the lock names.`,
    {
      next: "Do not use this mirror for it; the file was thrown away. A refreshed lock would name a new version, not a new hash of this one.",
      details: { expected: entry.sha256, actual },
    },
  );
}
