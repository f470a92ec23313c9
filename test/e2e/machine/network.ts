import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identityFromPem, NnsClient } from "@icos/nns";
import { createVirtualSwitch } from "@icos/vm";
import { createLoopbackProxy, startServices } from "../../../packages/testnet/src/network/index.ts";
import { openKeys, privateKeyPem } from "../../../packages/testnet/src/state/keys.ts";
import { nnsInit } from "../../../packages/testnet/src/supervisor/nns-init.ts";
import { deriveMachineAddress } from "../../../packages/testnet/src/topology/machine-address.ts";
import { defaultTopology } from "../../../packages/testnet/src/topology/topology.ts";
import type { TestImage } from "./image.ts";
import { MANAGEMENT_MAC } from "./medium.ts";

/** The network of a testnet with room for one node, which its registry would accept. */
export interface TestNetwork {
  readonly nnsUrl: string;
  readonly operatorPem: string;
  readonly networkCard: { readonly mac: string; readonly switchSocket: string };
  /** How many nodes the registry has, by answers verified under its own key. */
  readonly countNodes: () => Promise<number>;
  close(): Promise<void>;
}

const PREFIX = "fd00:1c05:0:1::/64";

/** Starts switch, router and registry. `directory` is an empty one with a short path. */
export async function startTestNetwork({ build, tools }: TestImage, directory: string): Promise<TestNetwork> {
  const topology = defaultTopology(1);
  const { mac, ipv6 } = deriveMachineAddress(MANAGEMENT_MAC, PREFIX, "GuestOS");
  const keys = openKeys(join(directory, "keys"));
  const operatorPem = privateKeyPem(await keys.operator(topology.nodes[0]?.operator ?? ""));
  const principal = (pem: string): string => identityFromPem(pem).getPrincipal().toText();
  const init = nnsInit({
    topology,
    image: build,
    host: undefined,
    updateImageUrl: "http://[fd00:1c05:0:1::80]/update-img.tar.zst",
    governance: principal(privateKeyPem(await keys.governance())),
    provider: principal(privateKeyPem(await keys.provider())),
    operators: new Map(topology.nodes.map(({ operator }) => [operator, principal(operatorPem)])),
  });
  const initFile = join(directory, "init.json");
  await writeFile(initFile, JSON.stringify(init), { mode: 0o600 });
  const filesDirectory = join(directory, "files");
  await mkdir(filesDirectory);

  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closing.toReversed()) await each();
  };
  try {
    const network = createVirtualSwitch({ seed: "refusals" });
    closing.push(() => network.close());
    const socket = (name: string): string => join(directory, `${name}.sock`);
    await network.listenPort("services", socket("services"));
    await network.listenPort("node", socket("node"));
    const services = await startServices({
      name: "refusals",
      directory: join(directory, "services"),
      switchSocket: socket("services"),
      prefixes: [PREFIX],
      nodes: { "node-0": ipv6 },
      filesDirectory,
      nns: { directory: join(directory, "nns"), init: initFile },
      wrap: tools.wrap,
    });
    closing.push(() => services.stop());
    const proxy = await createLoopbackProxy({
      listen: { host: "127.0.0.1", port: 0 },
      target: { host: services.addresses.nns, port: 8080 },
      gateway: services.gateway,
    });
    closing.push(() => proxy.close());
    const reader = new NnsClient({
      url: `http://127.0.0.1:${proxy.port}`,
      rootKey: Buffer.from(services.rootKey, "hex"),
    });
    return {
      nnsUrl: services.nnsUrl,
      operatorPem,
      networkCard: { mac, switchSocket: socket("node") },
      countNodes: async () => (await reader.nodes()).size,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
