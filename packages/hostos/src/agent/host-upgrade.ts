import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { parseJson, readFileIfExists, writeFileDurably, type Clock, type Logger } from "@icos/system";
import type { HostAction } from "../host-action/host-action.ts";
import { download } from "../recovery/download.ts";
import type { Http } from "../recovery/http.ts";

/**
 * What `hostos-upgrade.service` reads, beside the image: the image's SHA-256, which it checks again as it installs. The unit
 * ends when the new version is installed and will be booted next; it does not restart the host.
 */
export const upgradeRequestSchema = v.strictObject({
  url: v.string(),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type UpgradeRequest = Readonly<v.InferOutput<typeof upgradeRequestSchema>>;

/** Of the agent, on `/var`; root reads what is there and trusts none of it. */
export const UPGRADE_DIRECTORY = "/var/lib/host-agent/upgrade";
export const UPGRADE_IMAGE = "update-img.tar.zst";
export const UPGRADE_REQUEST = "request.json";

/** An image has 130 MB, upstream's 1,000 MB; the URL is the guest's, and `/var` has 10 GiB for everything. */
export const LARGEST_UPGRADE = 2 * 1024 ** 3;

export interface HostUpgradeModules {
  readonly directory: string;
  readonly http: Http;
  readonly act: (action: HostAction, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Downloads a version of HostOS, has it installed, and restarts the host a minute later, so that the guest hears of it. What
 * was downloaded of the same version before is continued, unless it is too large or the disk is full: then it is removed. Whether this version is one to run is the guest's word: it
 * follows the registry, the host does not.
 */
export async function upgradeHost(
  request: UpgradeRequest,
  { directory, http, act, clock, logger }: HostUpgradeModules,
  signal: AbortSignal,
): Promise<void> {
  const file = join(directory, UPGRADE_IMAGE);
  const note = (step: string): void => logger.log("info", `Upgrade of HostOS: ${step}.`, { ...request });
  await mkdir(directory, { recursive: true });
  if ((await lastRequested(directory)) !== request.sha256) {
    await rm(file, { force: true });
    await rm(`${file}.part`, { force: true });
  }
  await writeFileDurably(join(directory, UPGRADE_REQUEST), `${JSON.stringify(request)}\n`);
  note("download");
  const kept = { limit: LARGEST_UPGRADE, whenFull: "remove" } as const;
  await download(
    { urls: [request.url], sha256: request.sha256, file, ...kept, signal, report: () => undefined },
    { http, clock },
  );
  note("installation");
  await act("install-upgrade", signal);
  note("restart in a minute");
  await act("reboot-soon", signal);
  await rm(directory, { recursive: true, force: true });
}

async function lastRequested(directory: string): Promise<string | undefined> {
  const file = join(directory, UPGRADE_REQUEST);
  const text = await readFileIfExists(file);
  if (text === undefined) return undefined;
  try {
    const what = { code: "upgrade-request-invalid", name: "The request to upgrade", file };
    return parseJson(upgradeRequestSchema, text.toString(), what).sha256;
  } catch {
    return undefined; // it is written anew
  }
}
