import { VERITY_BLOCK_SIZE } from "@icos/slots";
import { ROOT_START } from "./flip-byte.ts";
import type { TestImage } from "./image.ts";

const MODULES = "/usr/lib/modules";
/** A large file of the image that no boot opens: its mounts are ext4. */
const UNREAD = "kernel/fs/xfs/xfs.ko";

/** The number of a block of the root file system from the middle of a file that nothing reads. */
export async function findUnreadBlock({ build, tools }: TestImage): Promise<number> {
  const dump = async (...options: string[]): Promise<string> => {
    const command = ["dump.erofs", `--offset=${ROOT_START}`, ...options, build.diskImage.path];
    return (await tools.exec.run(command)).stdout.toString();
  };
  const release = /^\s*\d+\s+2\s+(\d\S*)$/m.exec(await dump("--ls", `--path=${MODULES}`))?.[1];
  if (release === undefined) throw new Error(`${MODULES} of the image holds no modules.`);
  const extents = await dump("-e", `--path=${MODULES}/${release}/${UNREAD}`);
  // "  7: 1586750.. 2027172 |  440422 :   56086528..  56152064 |   65536"; what has no place of its own is at 0.
  const places = [...extents.matchAll(/^\s*\d+:[^|]*\|\s*\d+ :\s*(\d+)\.\.\s*(\d+)/gm)]
    .map(([, from, to]) => ({ from: Number(from), to: Number(to) }))
    .filter(({ from }) => from > 0);
  const place = places[Math.floor(places.length / 2)];
  if (place === undefined) throw new Error(`${UNREAD} has no blocks of its own.`);
  return Math.floor((place.from + place.to) / 2 / VERITY_BLOCK_SIZE);
}
