import { setTimeout as delay } from "node:timers/promises";
import { ProposalsClient, type NnsClient } from "@icos/nns";
import {
  decodeRecord,
  HostosVersionRecordSchema,
  registryKey,
  type PayloadOf,
  type RegistryMethod,
} from "@icos/registry";
import { IcosError } from "@icos/system";
import {
  deriveMachineAddress,
  describeUpdateImage,
  findTestnet,
  followHostUpgrade,
  type HostUpgradeState,
  noSuchTestnet,
  planTestnet,
  readStatus,
  serveUpdateImage,
  type TestnetDirectories,
  type TestnetStatus,
  type UpdateImageFile,
} from "@icos/testnet";
import type { CliContext } from "../context.ts";
import { type ProgressReporter, stderrProgress } from "../output/progress.ts";
import { openTarget, signingClient } from "./admin/target.ts";
import { chooseTestnet, requireRunning } from "./find-testnet.ts";
import { printStatus } from "./testnet-status.ts";
import type { UpgradeOptions } from "./testnet.ts";

const POLL_MS = 2_000;
const TIMEOUT_S = 1_800;

/** `icos testnet upgrade NAME --hostos`: as a network does it, by its registry. */
export async function testnetUpgrade(
  context: CliContext,
  name: string | undefined,
  options: UpgradeOptions,
): Promise<void> {
  if (options.hostos === undefined)
    throw new IcosError("usage", "Say what to upgrade: --hostos.", {
      next: "Nodes do not upgrade their GuestOS yet.",
    });
  const directories = await chooseTestnet(context, name);
  await requireRunning(directories);
  const status = await readStatus(directories);
  const nodes = chosenHosts(status, options.nodes);
  const progress = stderrProgress();
  try {
    const update = await findUpdate(context, options.hostos, options.version, progress);
    await propose(context, directories, status, nodes, update);
    const last = options.wait ? await waitUntilDone(context, directories, nodes, update, options, progress) : status;
    printStatus(context, last, options);
  } finally {
    progress.end();
  }
}

function chosenHosts(status: TestnetStatus, wanted: string | undefined): readonly string[] {
  const hosts = status.nodes.filter(({ host }) => host !== null).map(({ name }) => name);
  if (hosts.length === 0)
    throw new IcosError("no-host", `No node of testnet "${status.name}" has a HostOS.`, {
      next: "`icos testnet up NAME --nested` makes a testnet whose nodes have.",
    });
  const chosen = wanted === undefined ? hosts : wanted.split(",").filter(Boolean);
  const others = chosen.filter((each) => !hosts.includes(each));
  if (others.length === 0) return chosen;
  throw new IcosError("no-host", `${others.join(", ")}: there is no such node with a HostOS.`, {
    next: `Nodes with one: ${hosts.join(", ")}.`,
  });
}

/** The file that was named, or what this checkout gives. */
async function findUpdate(
  context: CliContext,
  file: string | true,
  version: string | undefined,
  progress: ProgressReporter,
): Promise<UpdateImageFile> {
  if (file !== true) {
    if (version !== undefined)
      throw new IcosError("usage", "--version is for an image that is built; a file says its own.");
    return describeUpdateImage(file);
  }
  const { buildOs } = await import("@icos/image");
  const build = await buildOs("hostos", {
    variant: "dev",
    observe: progress.observe,
    signal: context.signal,
    ...(version === undefined ? {} : { version }),
  });
  return { version: build.version, path: build.updateImage.path, sha256: build.updateImage.sha256 };
}

/** Serves the image inside the testnet, elects the version unless it is, and assigns it to the nodes. */
async function propose(
  context: CliContext,
  directories: TestnetDirectories,
  { nodes: all }: TestnetStatus,
  nodes: readonly string[],
  { version, path, sha256 }: UpdateImageFile,
): Promise<void> {
  const present = await findTestnet(directories);
  if (present.kind === "absent") throw noSuchTestnet(directories.name);
  const plan = planTestnet(directories, present.file.topology, deriveMachineAddress);
  const url = await serveUpdateImage({ directories, plan }, "hostos", { path, sha256 });
  const target = await openTarget(context, { testnet: directories.name });
  const proposals = new ProposalsClient(await signingClient(target, {}, "governance.pem"));
  const node_ids = nodes.map((node) => {
    const id = target.named(node);
    if (id !== undefined) return id;
    const state = all.find(({ name }) => name === node)?.state ?? "off";
    throw new IcosError("node-not-registered", `${node} is not registered yet: it is ${state}.`);
  });
  if (!(await isElected(target.client, version, sha256)))
    await execute(context, proposals, "revise_elected_hostos_versions", `Elect HostOS ${version}`, {
      hostos_version_to_elect: version,
      release_package_sha256_hex: sha256,
      release_package_urls: [url],
      hostos_versions_to_unelect: [],
    });
  await execute(context, proposals, "deploy_hostos_to_some_nodes", `HostOS ${version} on ${nodes.join(", ")}`, {
    node_ids,
    hostos_version_id: version,
  });
}

async function isElected(client: NnsClient, version: string, sha256: string): Promise<boolean> {
  const history = await client.history();
  const value = history.value(registryKey.hostosVersion(version), await client.latestVersion());
  if (value === undefined) return false;
  const elected = decodeRecord(HostosVersionRecordSchema, value, `the record of HostOS ${version}`);
  if (elected.releasePackageSha256Hex === sha256) return true;
  throw new IcosError("version-taken", `The registry has another image under the version ${version}.`, {
    next: "Give the image another version: --version.",
  });
}

async function execute<Method extends RegistryMethod>(
  context: CliContext,
  proposals: ProposalsClient,
  method: Method,
  title: string,
  payload: PayloadOf<Method>,
): Promise<void> {
  const { id } = await proposals.submit(method, payload, { title });
  const { state } = await proposals.adopt(id);
  if (state.kind === "failed")
    throw new IcosError("proposal-failed", `Proposal ${id} (${title}) failed.`, {
      next: `\`icos admin proposals ${id}\` says why.`,
    });
  context.err(`Proposal ${id}: ${title}.\n`);
}

const TEXT: Readonly<Record<HostUpgradeState["kind"], string>> = {
  waiting: "installs it",
  "on-trial": "runs it, on trial",
  done: "runs it",
};

async function waitUntilDone(
  { signal }: CliContext,
  directories: TestnetDirectories,
  nodes: readonly string[],
  { version }: UpdateImageFile,
  { timeout = TIMEOUT_S }: UpgradeOptions,
  progress: ProgressReporter,
): Promise<TestnetStatus> {
  const follow = followHostUpgrade(version, nodes);
  const end = Date.now() + timeout * 1_000;
  for (;;) {
    const status = await readStatus(directories);
    const states = [...follow(status)];
    progress.show(
      states.map(([node, { kind }]) => ({
        phase: `HostOS of ${node}`,
        state: kind === "done" ? "done" : "running",
        text: TEXT[kind],
        milliseconds: undefined,
      })),
    );
    if (states.every(([, { kind }]) => kind === "done")) return status;
    if (Date.now() > end)
      throw new IcosError("upgrade-not-done", `HostOS ${version} does not run everywhere after ${timeout} s.`, {
        next: `\`icos testnet status ${directories.name}\` shows where each host stands.`,
      });
    await delay(POLL_MS, undefined, { signal });
  }
}
