import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** A directory for the tests of one file, with a path short enough for sockets; gone afterwards. */
export function testDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "vm-"));
  after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
