import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import type { Logger } from "@icos/system";
import { LocalStore, versionPath } from "../index.ts";
import { SmallRegistry, startNode, unsyncedFiles } from "../../test/follow.ts";

const VERSIONS = 258;
const registry = new SmallRegistry(VERSIONS);
let whole: string;

before(async () => {
  whole = await mkdtemp(join(tmpdir(), "icos-whole-"));
  await startNode(new LocalStore(whole, unsyncedFiles), registry);
});
after(() => rm(whole, { recursive: true, force: true }));

/** A copy of the whole store, removed afterwards. */
async function inStore(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-damage-"));
  try {
    await cp(whole, directory, { recursive: true });
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** All files of a directory by name, in hex. */
async function contentOf(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory()) found.set(path.slice(directory.length), (await readFile(path)).toString("hex"));
  }
  return found;
}

interface Damage {
  readonly what: string;
  /** The last version that is left to be read. */
  readonly readable: number;
  readonly message: RegExp;
  readonly inflict: (file: (version: number) => string, directory: string) => Promise<void>;
}

const DAMAGES: readonly Damage[] = [
  {
    what: "cut off in a change",
    readable: 4,
    inflict: (file) => truncate(file(5), 20),
    message: /not a changelog entry/,
  },
  { what: "of no length", readable: 4, inflict: (file) => truncate(file(5), 0), message: /it is empty/ },
  { what: "missing", readable: 4, inflict: (file) => rm(file(5)), message: /come after version 5, which is missing/ },
  { what: "missing, the first", readable: 0, inflict: (file) => rm(file(1)), message: /\(257\) come after version 1/ },
  {
    what: "of zeros",
    readable: 255,
    inflict: (file) => writeFile(file(256), Buffer.alloc(64)),
    message: /not a changelog/,
  },
  { what: "text", readable: 4, inflict: (file) => writeFile(file(5), "<html>404</html>"), message: /not a changelog/ },
  {
    what: "a directory",
    readable: 4,
    message: /cannot be read/,
    async inflict(file) {
      await rm(file(5));
      await mkdir(join(file(5), "in it"), { recursive: true });
    },
  },
  {
    what: "a link to itself",
    readable: 4,
    message: /cannot be read/,
    async inflict(file) {
      await rm(file(5));
      await symlink(file(5), file(5));
    },
  },
  {
    what: "in the place of a directory",
    readable: 255,
    message: /does not belong/,
    async inflict(_, directory) {
      await rm(join(directory, "0000000000/00/01"), { recursive: true });
      await writeFile(join(directory, "0000000000/00/01"), "");
    },
  },
  {
    what: "of a version behind a gap of directories",
    readable: VERSIONS,
    message: /0000000000\/01\/00\/00\.pb \(1\) come after version 259/,
    async inflict(file, directory) {
      await mkdir(join(directory, "0000000000/01/00"), { recursive: true });
      await writeFile(join(directory, "0000000000/01/00/00.pb"), await readFile(file(1)));
    },
  },
  {
    what: "foreign by its name",
    readable: VERSIONS,
    message: /0000000000\/00\/00\/05\.pb\.bak does not belong/,
    inflict: async (file) => writeFile(`${file(5)}.bak`, await readFile(file(5))),
  },
  {
    what: "a version 0",
    readable: VERSIONS - 1,
    message: /00\.pb does not belong/,
    inflict: (file) => rename(file(VERSIONS), join(dirname(file(1)), "00.pb")),
  },
];

for (const { what, readable, message, inflict } of DAMAGES) {
  void test(`a file that is ${what} is noticed, and all after version ${readable} is fetched again`, async () => {
    await inStore(async (directory) => {
      await inflict((version) => join(directory, versionPath(version)), directory);
      const store = new LocalStore(directory, unsyncedFiles);
      const { problems } = await store.inspect();
      assert.match(problems.join("\n"), message);
      const logged: unknown[] = [];
      const logger: Logger = { log: (...parts) => void logged.push(parts) };
      const { client, askedSince } = await startNode(store, registry, logger);
      assert.deepEqual([askedSince[0], logged.length, client.latestVersion()], [readable, 1, VERSIONS]);
      assert.deepEqual(await contentOf(directory), await contentOf(whole));
      assert.deepEqual(await store.inspect(), { readable: VERSIONS, problems: [] });
    });
  });
}

void test("files that were not finished are removed without a word, and what lies beside the versions stays", async () => {
  await inStore(async (directory) => {
    const leftover = join(directory, "0000000000/00/00/.0123456789ab.tmp");
    await writeFile(leftover, "half");
    await writeFile(join(directory, "note"), "");
    await mkdir(join(directory, "lost+found"));
    const logged: unknown[] = [];
    const logger: Logger = { log: (...parts) => void logged.push(parts) };
    const { askedSince } = await startNode(new LocalStore(directory, unsyncedFiles), registry, logger);
    assert.deepEqual([logged, askedSince], [[], [VERSIONS]]);
    assert.equal((await readdir(dirname(leftover))).includes(".0123456789ab.tmp"), false);
    assert.deepEqual((await readdir(directory)).sort(), ["0000000000", "lost+found", "note"]);
  });
});
