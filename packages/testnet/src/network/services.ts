import { createExec, type Exec } from "@icos/system";
import { connectToSwitch, openPacketSocket, type FramePort } from "@icos/vm";
import { startDnsServer } from "./dns-server.ts";
import { createDnsZone } from "./dns-zone.ts";
import { macBytes } from "./ethernet.ts";
import { startFileServer } from "./file-server.ts";
import { startGatewayServer } from "./gateway-server.ts";
import { ipv6Bytes, prefixBytes } from "./ipv6-address.ts";
import { startNnsChild } from "./nns-child.ts";
import { startNtpServer } from "./ntp-server.ts";
import { startRouter, type Router } from "./router.ts";
import { runSetup } from "./run-setup.ts";
import type { ServicesConfig, ServicesMessage } from "./services-config.ts";

const PORT = { dns: 53, http: 80, ntp: 123 } as const;

export interface RunningServices {
  readonly rootKey: string;
  readonly nnsPid: number;
  /** Settles with the reason when the cable to the switch is gone: the services are of no use then. */
  readonly lost: Promise<string>;
  stop(): Promise<void>;
}

interface Closable {
  close(): Promise<void> | void;
}

/** Starts everything in the current network namespace; what was started is stopped again when a later part fails. */
export async function runServices(
  config: ServicesConfig,
  report: (message: ServicesMessage) => void,
  exec: Exec = createExec(),
): Promise<RunningServices> {
  const started: Closable[] = [];
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.close();
  };
  try {
    await runSetup(config.setup, exec);
    const wire = await startWire(config);
    started.push(wire);
    for (const address of [config.addresses.dns, ...config.resolvers]) {
      started.push(await startDnsServer({ address, port: PORT.dns, zone: zoneOf(config) }));
    }
    started.push(await startNtpServer({ address: config.addresses.ntp, port: PORT.ntp }));
    const { files } = config.addresses;
    started.push(await startFileServer({ address: files, port: PORT.http, directory: config.filesDirectory }));
    const nns = await startNnsChild({
      ...config.nns,
      onExit: (how, restartInMs) => report({ kind: "nns-exited", how, restartInMs }),
      onReady: ({ rootKey, pid }) => report({ kind: "nns-ready", rootKey, nnsPid: pid }),
    });
    started.push({ close: () => nns.stop() });
    started.push(await startGatewayServer({ socketPath: config.gatewaySocket, prefixes: config.prefixes }));
    return { rootKey: nns.first.rootKey, nnsPid: nns.first.pid, lost: wire.lost, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function zoneOf({ testnet, nodes, addresses }: ServicesConfig): ReturnType<typeof createDnsZone> {
  return createDnsZone({ testnet, hosts: { ...nodes, ...addresses }, ntp: addresses.ntp });
}

/** The cable between the namespace and the virtual switch, with the router that listens on it. */
async function startWire(config: ServicesConfig): Promise<Closable & { readonly lost: Promise<string> }> {
  const inside = await openPacketSocket(config.link.switchInterface);
  let outside: FramePort;
  try {
    outside = await connectToSwitch(config.switchSocket);
  } catch (error) {
    inside.close();
    throw error;
  }
  const router = advertise(config, (frame) => void outside.send(frame));
  inside.receive((frame) => void outside.send(frame));
  outside.receive((frame) => {
    inside.send(frame);
    router.frame(frame);
  });
  const end = (): void => {
    router.stop();
    inside.close();
    outside.close();
  };
  const lost = Promise.race([inside.closed, outside.closed]).then((reason) => {
    end();
    return reason?.message ?? "it was closed";
  });
  return { close: end, lost };
}

function advertise(config: ServicesConfig, send: (frame: Buffer) => void): Router {
  const { link, prefixes, addresses, advertise: timing } = config;
  const lifetime = timing.lifetimeSeconds;
  return startRouter({
    send,
    address: ipv6Bytes(link.address),
    intervalMs: timing.intervalMs,
    advertisement: {
      hopLimit: 64,
      routerLifetime: Math.min(lifetime, 9_000),
      sourceMac: macBytes(link.mac),
      mtu: link.mtu,
      prefixes: prefixes.map((prefix) => ({
        network: prefixBytes(prefix),
        length: 64,
        validLifetime: lifetime,
        preferredLifetime: lifetime,
      })),
      resolvers: { lifetime, addresses: [ipv6Bytes(addresses.dns)] },
    },
  });
}
