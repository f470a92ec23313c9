/** Kinds of tests in the order in which they run: cheap ones first. */
export const TEST_KINDS = ["check", "unit", "property", "sim", "fuzz", "image", "e2e"] as const;
export type TestKind = (typeof TEST_KINDS)[number];

/** How a kind is run: a list of commands, relative to the repository, or Node's test runner over files. */
export type TestPlan =
  | { readonly kind: "commands"; readonly commands: readonly (readonly string[])[] }
  | { readonly kind: "files"; readonly patterns: readonly string[]; readonly options: readonly string[] };

const ONE_PROCESS = ["--test-isolation=none"];
/** Virtual machines and builds share two cores: one file after the other. */
const ONE_BY_ONE = ["--test-concurrency=1"];

export const TEST_PLANS: Readonly<Record<TestKind, TestPlan>> = {
  check: {
    kind: "commands",
    commands: [
      ["tsc", "-p", "."],
      ["oxlint", "--type-aware", "--deny-warnings"],
      ["oxfmt", "--check"],
    ],
  },
  unit: { kind: "files", patterns: ["packages/*/src/**/*.test.ts", "test/unit/*.test.ts"], options: ONE_PROCESS },
  property: { kind: "files", patterns: ["packages/*/src/**/*.property.ts"], options: ONE_PROCESS },
  sim: { kind: "files", patterns: ["packages/*/src/**/*.sim.ts"], options: ONE_PROCESS },
  fuzz: { kind: "files", patterns: ["test/fuzz/*.test.ts"], options: ONE_PROCESS },
  image: { kind: "files", patterns: ["test/image/*.test.ts"], options: ONE_BY_ONE },
  e2e: { kind: "files", patterns: ["test/e2e/*.test.ts"], options: ONE_BY_ONE },
};

/** The kinds to run, cheap ones first; without a name all, or with a filter of files all that have files. */
export function chooseKinds(named: readonly TestKind[], filter?: string): readonly TestKind[] {
  if (named.length > 0) return TEST_KINDS.filter((kind) => named.includes(kind));
  return TEST_KINDS.filter((kind) => filter === undefined || TEST_PLANS[kind].kind === "files");
}
