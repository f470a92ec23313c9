import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as v from "valibot";
import { REPOSITORY } from "./docs/markdown.ts";

const packageSchema = v.object({ name: v.string(), dependencies: v.optional(v.record(v.string(), v.string()), {}) });
const TEST_FILE = /\.(?:test|property|sim)\.ts$/;
const IMPORT = /(?:\bfrom|\bimport|\bimport\(|\bresolve\()\s*"@icos\/([a-z]+)/g;

interface Row {
  readonly name: string;
  readonly imports: readonly string[];
}

/** The table of docs/architecture.md, in its order. */
function readTable(): readonly Row[] {
  const text = readFileSync(join(REPOSITORY, "docs/architecture.md"), "utf8");
  const rows = [...text.matchAll(/^\| `([a-z]+)`\s*\|[^|\n]*\|([^|\n]*)\|$/gm)];
  return rows.map(([, name = "", imports = ""]) => ({ name, imports: imports.match(/[a-z]+/g) ?? [] }));
}

/** The packages of this workspace that a package imports outside of its tests. */
function importsOf(name: string): readonly string[] {
  const source = join(REPOSITORY, "packages", name, "src");
  const found = new Set<string>();
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts") || TEST_FILE.test(entry.name)) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
    for (const [, imported = ""] of text.matchAll(IMPORT)) if (imported !== name) found.add(imported);
  }
  return [...found].sort();
}

function dependenciesOf(name: string): readonly string[] {
  const text = readFileSync(join(REPOSITORY, "packages", name, "package.json"), "utf8");
  const { dependencies } = v.parse(packageSchema, JSON.parse(text));
  return Object.keys(dependencies)
    .filter((dependency) => dependency.startsWith("@icos/"))
    .map((dependency) => dependency.slice("@icos/".length))
    .sort();
}

const table = readTable();
const packages = readdirSync(join(REPOSITORY, "packages")).sort();

void test("The architecture map has every package once.", () => {
  assert.deepEqual(table.map(({ name }) => name).sort(), packages);
});

void test("In the architecture map a package imports only packages above it.", () => {
  const above: string[] = [];
  for (const { name, imports } of table) {
    assert.deepEqual(
      imports.filter((imported) => !above.includes(imported)),
      [],
      name,
    );
    above.push(name);
  }
});

void test("The architecture map says what each package.json declares.", () => {
  const declared = table.map(({ name }) => ({ name, imports: dependenciesOf(name) }));
  assert.deepEqual(
    table.map(({ name, imports }) => ({ name, imports: imports.toSorted() })),
    declared,
  );
});

void test("A package imports what its package.json declares, and declares nothing else.", () => {
  for (const name of packages) {
    const [imported, declared] = [importsOf(name), dependenciesOf(name)];
    assert.deepEqual(
      imported.filter((dependency) => !declared.includes(dependency)),
      [],
      `${name} imports what it does not declare`,
    );
    assert.deepEqual(
      declared.filter((dependency) => !imported.includes(dependency)),
      [],
      `${name} declares what it does not import`,
    );
  }
});
