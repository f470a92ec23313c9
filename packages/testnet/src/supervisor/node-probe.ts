import * as v from "valibot";
import { decodeCbor } from "@icos/certification";
import { parseWith } from "@icos/system";
import { type GatewayClient, httpGetThroughGateway } from "../network/index.ts";
import { probeHost } from "./host-probe.ts";
import type { NodePlan } from "../topology/plan.ts";
import type { NodeProbe } from "./modules.ts";

const ORCHESTRATOR_METRICS_PORT = 9091;
const REPLICA_PORT = 8080;
const TIMEOUT_MS = 6_000;

const statusSchema = v.object({
  replica_health_status: v.optional(v.string()),
  impl_version: v.optional(v.string()),
});

/** Asks a node over the testnet's network what answers in it. Silence is an answer: it never rejects. */
export async function probeNode(
  gateway: GatewayClient,
  { ipv6, host }: Pick<NodePlan, "ipv6" | "host">,
): Promise<NodeProbe> {
  const get = (port: number, path: string) =>
    httpGetThroughGateway(gateway, `http://[${ipv6}]:${port}${path}`, { timeout: TIMEOUT_MS, limit: 1024 * 1024 });
  const [orchestrator, status, hostAnswers] = await Promise.allSettled([
    get(ORCHESTRATOR_METRICS_PORT, "/metrics"),
    get(REPLICA_PORT, "/api/v2/status"),
    host === undefined ? undefined : probeHost(gateway, host.ipv6),
  ]);
  const body = status.status === "fulfilled" && status.value.status === 200 ? status.value.body : undefined;
  return {
    orchestrator: orchestrator.status === "fulfilled" && orchestrator.value.status === 200,
    replica: body === undefined ? undefined : readReplicaStatus(body),
    host: hostAnswers.status === "fulfilled" ? hostAnswers.value : undefined,
  };
}

/** The replica's `/api/v2/status` (CBOR); something else that answers there is no healthy replica. */
export function readReplicaStatus(body: Uint8Array): NodeProbe["replica"] {
  const what = { code: "replica-status", name: "The replica's status" };
  try {
    const status = parseWith(statusSchema, decodeCbor(body, what), what);
    return { healthy: status.replica_health_status === "healthy", version: status.impl_version };
  } catch {
    return { healthy: false, version: undefined };
  }
}
