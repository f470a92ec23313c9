import { join } from "node:path";
import type { OsName } from "@icos/image";
import { serviceAddresses } from "../network/service-addresses.ts";
import { adoptFile } from "./shared-files.ts";
import type { TestnetPlan } from "../topology/plan.ts";
import type { TestnetDirectories } from "../state/directories.ts";

export interface ServedImage {
  /** May be any text without a slash. */
  readonly version: string;
  readonly updateImage: { readonly path: string };
}

/** Puts an update image where the testnet's file server has it, also while that runs; its URL inside the testnet. */
export async function serveUpdateImage(
  { directories, plan }: { readonly directories: TestnetDirectories; readonly plan: Pick<TestnetPlan, "prefix"> },
  os: OsName,
  { version, updateImage }: ServedImage,
): Promise<string> {
  const name = `${os}-update-img-${version}.tar.zst`;
  await adoptFile(updateImage.path, join(directories.state, "files", name));
  return `http://[${serviceAddresses(plan.prefix).files}]/${encodeURIComponent(name)}`;
}
