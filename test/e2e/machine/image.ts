import { join } from "node:path";
import { buildOs, openToolsTree, type OsBuild, type ToolsTree } from "@icos/image";
import type { Accelerator } from "@icos/vm";
import { chooseAccelerator } from "../../../packages/testnet/src/supervisor/choose-accelerator.ts";

/** The GuestOS that the machines of a test boot, and what runs them. */
export interface TestImage {
  readonly build: OsBuild;
  readonly tools: ToolsTree;
  readonly accelerator: Accelerator;
}

/** Builds an image, or takes it from the cache. `scratch` is a directory of the test. */
export async function openTestImage(scratch: string, variant: "dev" | "prod" = "dev"): Promise<TestImage> {
  const build = await buildOs("guestos", { variant });
  const tools = await openToolsTree();
  const { kind } = await chooseAccelerator(
    { baseImage: build.diskImage.path, scratch: join(scratch, "probe"), wish: process.env["ICOS_ACCELERATOR"] },
    tools,
  );
  return { build, tools, accelerator: { kind } };
}
