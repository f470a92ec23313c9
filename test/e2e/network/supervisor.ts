/** A switch and the network services, until this process is killed. Usage: supervisor.ts OPTIONS-JSON */
import { join } from "node:path";
import { openToolsTree } from "@icos/image";
import { createVirtualSwitch } from "@icos/vm";
import { startServices } from "../../../packages/testnet/src/network/index.ts";
import { servicesOptions } from "./options.ts";

const [directory = ""] = process.argv.slice(2);
const network = createVirtualSwitch({ seed: "supervisor" });
const switchSocket = join(directory, "switch.sock");
await network.listenPort("services", switchSocket);
const { wrap } = await openToolsTree();
const services = await startServices({ ...servicesOptions(directory, switchSocket), wrap });
process.stdout.write(`${JSON.stringify({ services: services.pid, nns: services.nnsPid })}\n`);
