import { IcosError } from "@icos/system";
import { createLoopbackProxy, type GatewayClient, type LoopbackProxy } from "../network/index.ts";
import type { TestnetFileKeeper } from "./run-supervisor.ts";

/** Services of the testnet on the host's loopback. */
export interface LoopbackPorts {
  readonly nnsUrl: string;
  statusUrl(node: string): string;
  close(): Promise<void>;
}

export interface LoopbackTargets {
  readonly nns: { readonly host: string; readonly port: number };
  /** By node name. */
  readonly nodes: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
}

const HOST = "127.0.0.1";

/** Opens the ports that the testnet had before, or new ones where those are taken now, and writes them down. */
export async function openLoopbackPorts(
  targets: LoopbackTargets,
  gateway: GatewayClient,
  file: TestnetFileKeeper,
): Promise<LoopbackPorts> {
  const open: LoopbackProxy[] = [];
  const openOne = async (target: { host: string; port: number }, wish: number | undefined): Promise<number> => {
    const at = (port: number) => createLoopbackProxy({ listen: { host: HOST, port }, target, gateway });
    const proxy = await at(wish ?? 0).catch((error: unknown) => {
      if (wish !== undefined && error instanceof IcosError && error.code === "port-unavailable") return at(0);
      throw error;
    });
    open.push(proxy);
    return proxy.port;
  };
  const close = async (): Promise<void> => void (await Promise.all(open.map((proxy) => proxy.close())));
  try {
    const { ports } = file.current;
    const nns = await openOne(targets.nns, ports.nns);
    const nodes: Record<string, number> = {};
    for (const [name, target] of targets.nodes) nodes[name] = await openOne(target, ports.nodes[name]);
    await file.update({ ports: { nns, nodes } });
    return {
      nnsUrl: `http://${HOST}:${nns}`,
      statusUrl: (node) => `http://${HOST}:${nodes[node]}/api/v2/status`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
