import * as v from "valibot";
import { IcosError, parseWith } from "@icos/system";

const absolutePath = v.pipe(v.string(), v.startsWith("/", "is not an absolute path"));

/** What of `ic.json5` the replica reads; other fields are left alone. */
const ReplicaConfigSchema = v.object({
  http_handler: v.object({ listen_addr: v.string() }),
  metrics: v.object({ exporter: v.object({ http: v.string() }) }),
  registry_client: v.object({ local_store: absolutePath }),
  crypto: v.object({ crypto_root: absolutePath }),
  registration: v.object({ nns_pub_key_pem: absolutePath }),
});

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

export interface ReplicaConfig {
  readonly http: SocketAddress;
  readonly metrics: SocketAddress;
  readonly localStore: string;
  readonly cryptoRoot: string;
  readonly nnsPublicKey: string;
}

/** Checks the value of a parsed `ic.json5`; throws `invalid-ic-config` with every wrong field. */
export function readReplicaConfig(value: unknown, file?: string): ReplicaConfig {
  const what = { code: "invalid-ic-config", name: "The node configuration ic.json5", file };
  const config = parseWith(ReplicaConfigSchema, value, what);
  return {
    http: socketAddress(config.http_handler.listen_addr, "http_handler.listen_addr", file),
    metrics: socketAddress(config.metrics.exporter.http, "metrics.exporter.http", file),
    localStore: config.registry_client.local_store,
    cryptoRoot: config.crypto.crypto_root,
    nnsPublicKey: config.registration.nns_pub_key_pem,
  };
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/u;

function socketAddress(text: string, key: string, file: string | undefined): SocketAddress {
  const [, ipv6, ipv4, port] = ADDRESS.exec(text) ?? [];
  const host = ipv6 ?? ipv4;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new IcosError("invalid-ic-config", `${key} is not an address and a port: ${JSON.stringify(text)}.`, {
    place: { file, key },
    next: "Write it as [2001:db8::1]:8080 or 0.0.0.0:8080.",
  });
}
