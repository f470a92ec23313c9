import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { VERITY_BLOCK_SIZE, VERITY_SALT, VERITY_TREE_OFFSET } from "@icos/slots";
import { IcosError } from "@icos/system";
import { buildOs, openToolsTree } from "@icos/image";
import { type Bench, measurement } from "../packages/cli/src/bench/bench.ts";
import { computeVerityTree, readVeritySuperblock } from "../packages/image/src/filesystem/verity.ts";
import { inTurns, ROUNDS } from "./lib/spread.ts";

/** The hash tree of GuestOS's root file system, by this project's code and by cryptsetup's. */
export const bench: Bench = {
  name: "verity",
  what: "Hash tree of the root file system of GuestOS, against `veritysetup format` on the same image.",
  limitMinutes: 20,
  async run({ directory, signal, report }) {
    report("building the image");
    const tools = await openToolsTree({ signal });
    const build = await buildOs("guestos", { variant: "prod", signal });
    const image = join(dirname(build.bootImage.path), "root.img");
    const file = await open(image, "r");
    try {
      const { dataBlocks } = await readVeritySuperblock(file, VERITY_TREE_OFFSET);
      const size = dataBlocks * VERITY_BLOCK_SIZE;
      const megabytes = size / 1e6;
      const hashes = join(directory, "hashes");
      const check = (rootHash: string | undefined, who: string): void => {
        if (rootHash !== build.rootHash)
          throw new IcosError("root-hashes-differ", `${who} finds another root hash than the image names.`);
      };
      const ours = async (): Promise<number> => {
        const start = performance.now();
        const { rootHash } = await computeVerityTree(file, size, Buffer.from(VERITY_SALT, "hex"));
        check(rootHash, "The project's hash tree");
        return (megabytes / (performance.now() - start)) * 1_000;
      };
      const format = ["veritysetup", "format", "--hash=sha256", `--salt=${VERITY_SALT}`];
      const theirs = async (): Promise<number> => {
        const start = performance.now();
        const { stdout } = await tools.exec.run([...format, `--data-blocks=${dataBlocks}`, image, hashes], { signal });
        const seconds = (performance.now() - start) / 1_000;
        check(/^Root hash:\s+([0-9a-f]{64})$/m.exec(stdout.toString())?.[1], "veritysetup");
        return megabytes / seconds;
      };
      report("reading the image once, so that both find it in memory");
      await ours();
      report(`hashing ${megabytes.toFixed(0)} MB in turns`);
      const { one, other } = await inTurns(ROUNDS, ours, theirs);
      return [
        measurement({ name: "hash tree", unit: "MB/s", samples: one, peer: { name: "veritysetup", samples: other } }),
        measurement({ name: "root file system", unit: "MB", samples: [megabytes] }),
      ];
    } finally {
      await file.close();
    }
  },
};
