import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openToolsTree } from "@icos/image";
import { systemClock } from "@icos/system";
import { createVirtualSwitch, type VmState } from "@icos/vm";
import { serviceAddresses } from "../network/index.ts";
import { openKeys } from "../state/keys.ts";
import type { NodePlan } from "../topology/plan.ts";
import { chooseAccelerator } from "./choose-accelerator.ts";
import { nestedConfigFiles } from "./nested-config.ts";
import { ensureNestedBase, ensureNestedDisk } from "./nested-disk.ts";
import { createNestedMachine, nestedAccelerator } from "./nested-machine.ts";
import { ensureNodeDisk } from "./node-disk.ts";
import { createNodeMachine } from "./node-machine.ts";
import { writeNodeMedium } from "./node-medium.ts";
import { NNS_PORT, startRealServices } from "./real-services.ts";
import type { ModulesContext, OpenModules } from "./run-supervisor.ts";
import { adoptFile } from "./shared-files.ts";
import { SERVICES_PORT, switchLinks } from "./switch-links.ts";

/** What a supervisor really works with: the tools tree, the virtual switch, QEMU and the services' namespace. */
export async function openRealModules(context: ModulesContext): Promise<OpenModules> {
  const { directories, plan, file, logger } = context;
  const tools = await openToolsTree();
  const base = join(directories.state, "base.img");
  await adoptFile(file.current.image.diskImage.path, base);
  const wish = process.env["ICOS_ACCELERATOR"];
  const accelerator = await chooseAccelerator(
    { baseImage: base, scratch: join(directories.state, "probe"), wish },
    tools,
  );
  logger.log("info", "accelerator", { accelerator });
  const nestedBase = (guests: number): string =>
    join(directories.state, guests === 1 ? "nested.img" : `nested-${guests}.img`);
  const { hostImage } = file.current;
  if (hostImage !== undefined) {
    const hostDisk = hostImage.diskImage.path;
    for (const { nested, guests } of plan.nodes)
      if (nested) await ensureNestedBase(nestedBase(guests), { hostDisk, guestDisk: base, guests });
  }
  const nestedBy = await nestedAccelerator({ kind: accelerator.kind });
  if (hostImage !== undefined) logger.log("info", "accelerator of nested nodes", { accelerator: nestedBy });
  const keys = openKeys(directories.keys);
  const network = createVirtualSwitch({ seed: directories.name });
  const switchSocket = (node: NodePlan): string => join(node.run, "net");
  const addresses = serviceAddresses(plan.prefix);
  const servicesSocket = join(directories.run, "svc");
  try {
    await network.listenPort(SERVICES_PORT, servicesSocket);
    for (const node of plan.nodes) {
      await mkdir(node.run, { recursive: true, mode: 0o700 });
      await network.listenPort(node.name, switchSocket(node));
    }
  } catch (error) {
    await network.close();
    throw error;
  }
  return {
    accelerator: accelerator.kind,
    links: switchLinks(network),
    clock: systemClock,
    logger,
    startServices: () => startRealServices({ ...context, keys, switchSocket: servicesSocket, wrap: tools.wrap }),
    async prepareMachine(node, { nns }) {
      const content = {
        node,
        prefix: plan.prefix,
        router: addresses.router,
        nnsUrl: `http://[${addresses.nns}]:${NNS_PORT}`,
        rootKey: nns.rootKey,
        operatorKey: await keys.operator(node.operator),
        adminKey: (await keys.admin()).publicKey,
      };
      const machine = {
        testnet: directories.name,
        node,
        switchSocket: switchSocket(node),
        observe: (state: VmState) => logger.log("info", "machine", { node: node.name, state }),
      };
      if (node.nested) {
        const { directory, disk, guests } = node;
        const files = nestedConfigFiles(content);
        await ensureNestedDisk({ directory, disk, base: nestedBase(guests), files }, tools.exec);
        return createNestedMachine({ ...machine, accelerator: nestedBy }, tools);
      }
      await ensureNodeDisk(node, base, tools.exec);
      await writeNodeMedium(content, tools.exec);
      return createNodeMachine({ ...machine, accelerator: { kind: accelerator.kind } }, tools);
    },
    close: () => network.close(),
  };
}
