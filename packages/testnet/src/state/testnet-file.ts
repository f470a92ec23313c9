import { mkdir, readdir } from "node:fs/promises";
import * as v from "valibot";
import { parseJson, readFileIfExists, systemErrorCode, writeFileDurably } from "@icos/system";
import { NAME, topologySchema } from "../topology/topology.ts";
import { type DirectoryEnvironment, type TestnetDirectories, testnetsRoot } from "./directories.ts";

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const hex = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`, "u")));

/** The GuestOS that the nodes boot: made by `icos image build guestos --variant dev`. */
export const testnetImageSchema = v.strictObject({
  version: v.string(),
  variant: v.picklist(["prod", "dev"]),
  rootHash: hex(32),
  diskImage: v.strictObject({ path: v.string() }),
  updateImage: v.strictObject({ path: v.string(), size: v.number(), sha256: hex(32) }),
});

/** The HostOS that nested nodes boot first: made by `icos image build hostos --variant dev`. */
export const hostImageSchema = v.strictObject({ ...testnetImageSchema.entries });

/** `testnet.json`: all that is decided about a testnet. What can be observed is never written down. */
export const testnetFileSchema = v.strictObject({
  version: v.literal(1),
  name: NAME,
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  topology: topologySchema,
  image: testnetImageSchema,
  /** There when a node is nested. */
  hostImage: v.optional(hostImageSchema),
  /** Loopback ports, kept so that URLs stay the same across stop and resume. */
  ports: v.strictObject({ nns: v.optional(port), nodes: v.record(v.string(), port) }),
  /** What the user asked for last; a supervisor that is gone while this says "running" has crashed. */
  desired: v.picklist(["running", "stopped"]),
});

export type TestnetImage = v.InferOutput<typeof testnetImageSchema>;
export type HostImage = v.InferOutput<typeof hostImageSchema>;
export type TestnetFile = v.InferOutput<typeof testnetFileSchema>;

/** The testnet's file, or `undefined` when there is no such testnet. */
export async function readTestnetFile(directories: TestnetDirectories): Promise<TestnetFile | undefined> {
  const content = await readFileIfExists(directories.stateFile);
  if (content === undefined) return undefined;
  return parseJson(testnetFileSchema, content.toString(), {
    code: "testnet-file-invalid",
    name: `The state of testnet "${directories.name}"`,
    file: directories.stateFile,
    next: `Remove the testnet with \`icos testnet down ${directories.name}\` and bring it up again.`,
  });
}

export async function writeTestnetFile(directories: TestnetDirectories, file: TestnetFile): Promise<void> {
  await mkdir(directories.state, { recursive: true, mode: 0o700 });
  await writeFileDurably(directories.stateFile, `${JSON.stringify(file, null, 2)}\n`, 0o600);
}

/** Names of all testnets that have a directory, broken ones included. */
export async function listTestnetNames(env: DirectoryEnvironment): Promise<string[]> {
  try {
    const entries = await readdir(testnetsRoot(env), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && v.is(NAME, entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
