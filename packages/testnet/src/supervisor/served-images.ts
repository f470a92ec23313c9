import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { OsName } from "@icos/image";
import { readUpdateImageVersion } from "@icos/slots";
import { serviceAddresses } from "../network/service-addresses.ts";
import type { TestnetDirectories } from "../state/directories.ts";
import type { TestnetPlan } from "../topology/plan.ts";
import { adoptFile } from "./shared-files.ts";

export interface UpdateImageFile {
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
}

/** What the registry is to know of an update image. Throws `update-image-unreadable`, `update-image-invalid`. */
export async function describeUpdateImage(path: string): Promise<UpdateImageFile> {
  const version = await readUpdateImageVersion(path);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return { version, path, sha256: hash.digest("hex") };
}

export interface ServingTestnet {
  readonly directories: Pick<TestnetDirectories, "state">;
  readonly plan: Pick<TestnetPlan, "prefix">;
}

/** Puts an update image where the testnet's file server has it, also while that runs; its URL inside the testnet. */
export async function serveUpdateImage(
  { directories, plan }: ServingTestnet,
  os: OsName,
  { path, sha256 }: Pick<UpdateImageFile, "path" | "sha256">,
): Promise<string> {
  const name = `${os}-update-img-${sha256}.tar.zst`;
  await adoptFile(path, join(directories.state, "files", name));
  return `http://[${serviceAddresses(plan.prefix).files}]/${name}`;
}
