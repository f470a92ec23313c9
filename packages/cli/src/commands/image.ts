import type { OsName } from "@icos/image";
import { Argument, type Command, Option } from "commander";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";

/** `icos image …`. */
export function registerImage(parent: Command, context: CliContext): void {
  const image = parent.command("image").description("operating system images, bit for bit reproducible");
  image
    .command("build")
    .addArgument(osArgument())
    .description("build an operating system image from the pinned packages")
    .addOption(new Option("--variant <variant>", "prod has no login anywhere").choices(["prod", "dev"]).default("prod"))
    .option("--version <version>", "what the image says it is (derived from its inputs unless told)")
    .option("--json", "print what was built as JSON")
    .addHelpText("after", examples("icos image build guestos", "icos image build hostos --variant dev --json"))
    .action(async (os: OsName, options: BuildOptions) => {
      const { imageBuild } = await import("./image-build.ts");
      await imageBuild(context, os, options);
    });
  image
    .command("lock")
    .description("compare the package lock with the archive of today")
    .option("--update", "write the new lock")
    .option("--json", "print JSON")
    .addHelpText("after", examples("icos image lock", "icos image lock --update"))
    .action(async (options: { update?: true; json?: true }) => {
      const { imageLock } = await import("./image-lock.ts");
      await imageLock(context, options);
    });
  image
    .command("reproduce")
    .addArgument(osArgument())
    .description("build an image twice under different circumstances and compare every byte; fails on a difference")
    .addOption(new Option("--variant <variant>", "which variant").choices(["prod", "dev"]).default("prod"))
    .option("--json", "print JSON")
    .addHelpText("after", examples("icos image reproduce guestos"))
    .action(async (os: OsName, options: { variant: "prod" | "dev"; json?: true }) => {
      const { imageReproduce } = await import("./image-reproduce.ts");
      await imageReproduce(context, os, options);
    });
  image
    .command("inspect")
    .argument("<file>", "a disk image, an update image, or a partition of one")
    .description("what an image holds: partitions, root hash, kernel, packages, units, sizes")
    .option("--json", "print JSON")
    .addHelpText("after", examples("icos image inspect update-img.tar.zst", "icos image inspect disk.img --json"))
    .action(async (file: string, options: { json?: true }) => {
      const { imageInspect } = await import("./image-inspect.ts");
      await imageInspect(context, file, options);
    });
}

/** Written here again, so that a command that builds nothing need not load what builds. */
const OS_NAMES = ["guestos", "hostos"] as const satisfies readonly OsName[];

export interface BuildOptions {
  readonly variant: "prod" | "dev";
  readonly version?: string;
  readonly json?: true;
}

export function osArgument(): Argument {
  return new Argument("<os>", "which operating system").choices(OS_NAMES);
}
