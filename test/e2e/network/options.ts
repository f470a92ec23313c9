import { join } from "node:path";
import type { ServicesOptions } from "../../../packages/testnet/src/network/index.ts";

export const PREFIX = "fd00:1c05:0:1::/64";
export const NODE_MAC = "6a:01:00:00:00:01";
/** What the node makes of its MAC address and the advertised prefix. */
export const NODE_ADDRESS = "fd00:1c05:0:1:6801:ff:fe00:1";
export const ROOT_KEY = "30aabb";

/** Stands for the NNS: says that it is ready, then answers HTTP at its address. */
const NNS = `
  require("node:http").createServer((request, response) => response.end("registry"))
    .listen(8080, "fd00:1c05:0:1::10", () => console.log(JSON.stringify({ ready: true, rootKey: "${ROOT_KEY}" })));
`;

export function servicesOptions(directory: string, switchSocket: string): ServicesOptions {
  return {
    name: "alpha",
    directory: join(directory, "services"),
    switchSocket,
    prefixes: [PREFIX, "fd00:1c05:0:2::/64"],
    nodes: { "node-0": NODE_ADDRESS },
    filesDirectory: join(directory, "files"),
    nns: { directory: join(directory, "nns"), command: [process.execPath, "-e", NNS] },
  };
}
