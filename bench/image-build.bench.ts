import { appendFile, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { imageSettings } from "@icos/image";
import { parseJson } from "@icos/system";
import { type Bench, measurement } from "../packages/cli/src/bench/bench.ts";
import { copySources } from "./image-build/copy-sources.ts";
import { fetchDownloads } from "./image-build/downloads.ts";
import { runIcos } from "./lib/icos-command.ts";
import { ROUNDS } from "./lib/spread.ts";

const report = v.object({ updateImage: v.object({ size: v.number() }) });
/** In the middle of what the image's programs are made of. */
const CHANGED_FILE = "packages/orchestrator/src/orchestrator.ts";
const UPSTREAM_MB = 416;
const CHANGES = 2;

/** `icos image build guestos` as a person runs it, of a copy of the sources, with a cache of its own. */
export const bench: Bench = {
  name: "image-build",
  what: "Seconds and bytes of building GuestOS with `icos image build guestos`, the command's start included.",
  limitMinutes: 45,
  async run({ repository, directory, signal, report: say }) {
    say("fetching packages");
    const bytes = await fetchDownloads(signal);
    say("copying the sources");
    const copy = join(directory, "copy");
    const cache = join(directory, "cache");
    await copySources(repository, copy);
    await mkdir(cache);
    await symlink(join(imageSettings().cache, "packages"), join(cache, "packages"));
    const env = { ICOS_CACHE_DIR: cache, NODE_COMPILE_CACHE: join(directory, "compiled") };
    let size = 0;
    const build = async (what: string): Promise<number> => {
      const { stdout, seconds } = await runIcos({
        repository: copy,
        args: ["image", "build", "guestos", "--json"],
        env,
        signal,
        onLine: (line) => say(`${what}: ${line.trim()}`),
      });
      ({ size } = parseJson(report, stdout, { code: "build-report", name: "The build's report" }).updateImage);
      return seconds;
    };
    const empty = await build("empty cache");
    await removeStages(cache);
    const clean = await build("clean");
    const unchanged: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) unchanged.push(await build("unchanged"));
    const changed: number[] = [];
    for (let round = 0; round < CHANGES; round += 1) {
      await appendFile(join(copy, CHANGED_FILE), `// change ${round}\n`);
      changed.push(await build("one file changed"));
    }
    return [
      measurement({ name: "clean build, tools tree made too", unit: "s", samples: [empty] }),
      measurement({ name: "clean build", unit: "s", samples: [clean] }),
      measurement({
        name: "unchanged",
        unit: "s",
        samples: unchanged,
        aim: { of: "value", is: "below", limit: 2 },
      }),
      measurement({
        name: "one source file changed",
        unit: "s",
        samples: changed,
        aim: { of: "value", is: "below", limit: 20 },
      }),
      measurement({ name: "packages that a first build downloads", unit: "MB", samples: [bytes / 1e6] }),
      measurement({
        name: "update image",
        unit: "MB",
        samples: [size / 1e6],
        peer: { name: "upstream, published", samples: [UPSTREAM_MB] },
        aim: { of: "value", is: "below", limit: 150 },
      }),
    ];
  },
};

/** Everything that was built, but not the tools. */
async function removeStages(cache: string): Promise<void> {
  const stages = join(cache, "stages");
  for (const name of await readdir(stages))
    if (name !== "tools") await rm(join(stages, name), { recursive: true, force: true });
}
