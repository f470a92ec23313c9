import { createPublicKey, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { Principal } from "@icos/certification";
import { RegistryReader } from "@icos/nns";
import { httpChangesSource } from "@icos/registry";
import { type SpawnCommand, writeFileDurably } from "@icos/system";
import { serviceAddresses, startServices } from "../network/index.ts";
import { privateKeyPem, type TestnetKeys } from "../state/keys.ts";
import { programCommand } from "../process/resident-programs.ts";
import { govern, type Govern } from "./govern.ts";
import { httpPost } from "./http-post.ts";
import { openLoopbackPorts } from "./loopback-ports.ts";
import type { RunningServices } from "./modules.ts";
import { nnsInit } from "./nns-init.ts";
import { probeNode } from "./node-probe.ts";
import { registrySnapshot } from "./registry-snapshot.ts";
import type { ModulesContext } from "./run-supervisor.ts";
import { serveUpdateImage } from "./served-images.ts";

export interface RealServicesOptions extends ModulesContext {
  readonly keys: TestnetKeys;
  readonly switchSocket: string;
  readonly wrap: SpawnCommand;
}

/** Of the NNS inside the testnet. */
export const NNS_PORT = 8080;
const REPLICA_PORT = 8080;

/** Starts NNS, DNS, NTP, router, file server and gateway, and joins the host to them. */
export async function startRealServices(options: RealServicesOptions): Promise<RunningServices> {
  const { directories, plan, file, logger, keys } = options;
  const { image, hostImage } = file.current;
  const addresses = serviceAddresses(plan.prefix);
  const filesDirectory = join(directories.state, "files");
  const updateImageUrl = await serveUpdateImage(options, "guestos", image.updateImage);
  const hostImageUrl = hostImage && (await serveUpdateImage(options, "hostos", hostImage.updateImage));
  const init = join(directories.state, "nns-init.json");
  const content = await makeNnsInit(options, updateImageUrl, hostImageUrl);
  await writeFileDurably(init, `${JSON.stringify(content, undefined, 2)}\n`, 0o600);

  const handle = await startServices({
    name: directories.name,
    directory: join(directories.run, "services"),
    switchSocket: options.switchSocket,
    prefixes: [plan.prefix],
    nodes: Object.fromEntries(plan.nodes.map((node) => [node.name, node.ipv6])),
    filesDirectory,
    programs: directories.programs,
    nns: { directory: directories.nns, init },
    wrap: options.wrap,
    onMessage: (event) => logger.log("info", "services", { event }),
  });
  try {
    let running = true;
    void handle.exited.then(() => (running = false));
    const targets = {
      nns: { host: addresses.nns, port: NNS_PORT },
      nodes: new Map(plan.nodes.map((node) => [node.name, { host: node.ipv6, port: REPLICA_PORT }])),
    };
    const ports = await openLoopbackPorts(targets, handle.gateway, file);
    const source = httpChangesSource([ports.nnsUrl], { fetch: httpPost });
    const act = async (action: Govern["action"]): Promise<void> => {
      const identity = privateKeyPem(await keys.governance());
      const request = { url: ports.nnsUrl, rootKey: handle.rootKey, identity, action };
      await govern(request, programCommand("govern", directories.programs));
    };
    const reader = new RegistryReader({ source, rootKey: Buffer.from(handle.rootKey, "hex") });
    return {
      nns: { url: ports.nnsUrl, rootKey: handle.rootKey },
      statusUrl: (node) => ports.statusUrl(node),
      isRunning: () => running,
      readRegistry: async () => registrySnapshot(await reader.nodes(), await reader.subnets()),
      createSubnet: (nodeIds) => act({ kind: "create-subnet", nodeIds: [...nodeIds], version: image.version }),
      async assignHostVersion(nodeIds) {
        if (hostImage === undefined) return;
        await act({ kind: "assign-host-version", nodeIds: [...nodeIds], version: hostImage.version });
      },
      probe: (node) => probeNode(handle.gateway, node),
      async close() {
        await ports.close();
        await handle.stop();
      },
    };
  } catch (error) {
    await handle.stop();
    throw error;
  }
}

async function makeNnsInit(
  { file, keys }: RealServicesOptions,
  updateImageUrl: string,
  hostImageUrl: string | undefined,
) {
  const { topology, image, hostImage } = file.current;
  const principal = (key: KeyObject): string => {
    const der = createPublicKey(key).export({ type: "spki", format: "der" });
    return Principal.selfAuthenticating(der).toText();
  };
  const operators = new Map<string, string>();
  for (const name of new Set(topology.nodes.map((node) => node.operator)))
    operators.set(name, principal(await keys.operator(name)));
  return nnsInit({
    topology,
    image,
    updateImageUrl,
    host: hostImage && hostImageUrl !== undefined ? { image: hostImage, updateImageUrl: hostImageUrl } : undefined,
    governance: principal(await keys.governance()),
    provider: principal(await keys.provider()),
    operators,
  });
}
