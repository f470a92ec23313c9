import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { icosCommands, namesCommand, refusalOf } from "./docs/commands.ts";
import { codeSpans, headingAnchors, linkTargets, readPages, REPOSITORY } from "./docs/markdown.ts";

const pages = readPages();

void test("Every relative link of README and docs leads to a file, and to a heading where it names one.", () => {
  const broken: string[] = [];
  let followed = 0;
  for (const { path, text } of pages) {
    for (const target of linkTargets(text)) {
      if (/^[a-z]+:/.test(target)) continue;
      followed += 1;
      const [file = "", anchor] = target.split("#");
      const found = file === "" ? path : normalize(join(dirname(path), decodeURIComponent(file)));
      const absolute = join(REPOSITORY, found);
      if (!existsSync(absolute)) broken.push(`${path}: ${target}`);
      else if (anchor !== undefined && !headingAnchors(readFileSync(absolute, "utf8")).has(anchor))
        broken.push(`${path}: ${target} (no such heading)`);
    }
  }
  assert.ok(followed > 0);
  assert.deepEqual(broken, []);
});

void test("Every page of docs can be reached from README or another page.", () => {
  const linked = new Set(
    pages.flatMap(({ path, text }) =>
      linkTargets(text).map((target) => normalize(join(dirname(path), target.split("#")[0] ?? ""))),
    ),
  );
  const lost = pages.map(({ path }) => path).filter((path) => path !== "README.md" && !linked.has(path));
  assert.deepEqual(lost, []);
});

void test("Every icos command in a code block is one that the command line takes.", async () => {
  const refused: string[] = [];
  let checked = 0;
  for (const { path, text } of pages) {
    for (const args of icosCommands(text)) {
      checked += 1;
      const refusal = await refusalOf(args);
      if (refusal !== undefined) refused.push(`${path}: icos ${args.join(" ")}: ${refusal}`);
    }
  }
  assert.ok(checked > 0);
  assert.deepEqual(refused, []);
});

void test("Every icos command that a sentence names exists.", () => {
  const unknown = pages.flatMap(({ path, text }) =>
    codeSpans(text)
      .map((span) => /^(?:\.\/)?icos (.+)$/.exec(span)?.[1]?.split(/\s+/))
      .filter((words) => words !== undefined)
      .filter((words) => !namesCommand(words))
      .map((words) => `${path}: icos ${words.join(" ")}`),
  );
  assert.deepEqual(unknown, []);
});

void test("A command that does not exist, or takes no such option, is noticed.", async () => {
  assert.equal(await refusalOf(["testnet", "up", "small", "--nodes", "1"]), undefined);
  assert.equal(await refusalOf(["--help"]), undefined);
  assert.match((await refusalOf(["testnet", "fly"])) ?? "", /unknown command/);
  assert.match((await refusalOf(["testnet", "up", "--nodes", "none"])) ?? "", /whole number/);
  assert.match((await refusalOf(["image", "build", "windows"])) ?? "", /invalid/);
  assert.equal(namesCommand(["testnet", "fly"]), false);
});

void test("Commands are found behind prompts, settings and pipes.", () => {
  const block = "```sh\n$ CI=1 ./icos image lock  # compare\n./icos testnet list --json | jq .\nls\n```\n";
  assert.deepEqual(icosCommands(block), [
    ["image", "lock"],
    ["testnet", "list", "--json"],
  ]);
});
