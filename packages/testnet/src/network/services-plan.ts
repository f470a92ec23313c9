import { join } from "node:path";
import { DEFAULT_RESOLVERS } from "@icos/config";
import { programCommand } from "../process/resident-programs.ts";
import { routerAddress, serviceAddresses } from "./service-addresses.ts";
import type { ServicesConfig } from "./services-config.ts";
import { planLink } from "./setup-plan.ts";

export interface ServicesPlanOptions {
  /** The testnet's name; its DNS zone is `<name>.testnet`. */
  readonly name: string;
  /** For configuration, sockets, logs and process ids; made when missing. Absolute. */
  readonly directory: string;
  /** Of the virtual switch. */
  readonly switchSocket: string;
  /** /64 networks, like `2001:db8:0:1::/64`. The services are in the first one. */
  readonly prefixes: readonly [string, ...string[]];
  /** Name and IPv6 address of each node, for DNS. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Further addresses at which DNS answers; the ones that nodes with fixed addresses use unless told. */
  readonly resolvers?: readonly string[] | undefined;
  /** Served at `http://[files]/`. */
  readonly filesDirectory: string;
  readonly nns: {
    /** Of its durable state. */
    readonly directory: string;
    /** Its initial content; used when the state is new. */
    readonly init?: string | undefined;
    /** Replaces the command that starts it. */
    readonly command?: readonly string[] | undefined;
  };
  /** Directory of the programs to run; their sources are run when left out. */
  readonly programs?: string | undefined;
}

/** Frames of the services come from this locally administered address. */
const MAC = "02:1c:05:00:00:01";
const LINK_LOCAL = "fe80::1";
const MTU = 1_500;
const INTERFACE = { host: "svc0", wire: "svc1" } as const;
const NNS_PORT = 8_080;

/** What the services process is told, from what a testnet is. */
export function planServices(options: ServicesPlanOptions): ServicesConfig {
  const { name, directory, prefixes, resolvers = DEFAULT_RESOLVERS, nns, programs } = options;
  const addresses = serviceAddresses(prefixes[0]);
  const inFirst = new Set(Object.values(addresses));
  for (const prefix of prefixes) inFirst.add(routerAddress(prefix));
  return {
    testnet: name,
    switchSocket: options.switchSocket,
    setup: planLink({
      ...INTERFACE,
      mac: MAC,
      mtu: MTU,
      router: true,
      addresses: [
        `${LINK_LOCAL}/64`,
        ...[...inFirst].map((address) => `${address}/64`),
        ...resolvers.map((address) => `${address}/128`),
      ],
    }),
    link: { switchInterface: INTERFACE.wire, mac: MAC, address: LINK_LOCAL, mtu: MTU },
    prefixes: [...prefixes],
    advertise: { intervalMs: 10_000, lifetimeSeconds: 1_800 },
    addresses,
    resolvers: [...resolvers],
    nodes: { ...options.nodes },
    filesDirectory: options.filesDirectory,
    gatewaySocket: join(directory, "gateway.sock"),
    nns: {
      command: [...(nns.command ?? nnsCommand(programs, addresses.nns, nns))],
      pidFile: join(directory, "nns.pid"),
      logFile: join(directory, "nns.log"),
      startTimeoutMs: 60_000,
    },
  };
}

function nnsCommand(programs: string | undefined, address: string, nns: ServicesPlanOptions["nns"]): string[] {
  const init = nns.init === undefined ? [] : ["--init", nns.init];
  const listen = ["--listen-host", address, "--listen-port", String(NNS_PORT)];
  return [...programCommand("nns", programs), "--dir", nns.directory, ...init, ...listen];
}
