import { type GatewayClient, httpGetThroughGateway } from "../network/index.ts";
import type { HostAnswers } from "../bringup/observation.ts";

/** HostOS's node_exporter, which speaks TLS; its firewall lets the host's own network reach it. */
const METRICS_PORT = 9100;
/** Of all that it collects only the host's own series: the others cost an emulated host a third of a second each time. */
const PATH = "/metrics?collect[]=textfile";
const TIMEOUT_MS = 6_000;
const LIMIT = 4 * 1024 * 1024;

/** Asks a node's HostOS for its metrics. Silence is an answer: it never rejects. */
export async function probeHost(gateway: GatewayClient, ipv6: string): Promise<HostAnswers | undefined> {
  const url = `https://[${ipv6}]:${METRICS_PORT}${PATH}`;
  try {
    const { status, body } = await httpGetThroughGateway(gateway, url, { timeout: TIMEOUT_MS, limit: LIMIT });
    return status === 200 ? readHostMetrics(body.toString()) : undefined;
  } catch {
    return undefined;
  }
}

/** `hostos_guestos_state`, as upstream's `monitor-guestos` counts. */
const GUEST_VM = new Map([
  ["0", "running"],
  ["1", "not-defined"],
  ["2", "stopped"],
] as const);

/** What HostOS says about itself in its metrics; a series that is not there is not known. */
export function readHostMetrics(text: string): HostAnswers {
  const version = sampleOf(text, "hostos_version")?.labels.get("version");
  const slot = sampleOf(text, "hostos_boot_slot")?.labels.get("slot");
  const stable = sampleOf(text, "hostos_boot_stable")?.value;
  const guest = sampleOf(text, "hostos_guestos_state")?.value;
  return {
    version,
    slot: slot === "A" || slot === "B" ? slot : undefined,
    confirmed: stable === undefined ? undefined : stable === "1",
    guestVm: [...GUEST_VM].find(([value]) => value === guest)?.[1],
  };
}

/** The first sample of a name in the text format of Prometheus. */
function sampleOf(text: string, name: string): { labels: ReadonlyMap<string, string>; value: string } | undefined {
  const line = new RegExp(`^${name}(?:\\{(.*)\\})?[ \\t]+(\\S+)`, "m").exec(text);
  if (line === null) return undefined;
  const labels = [...(line[1] ?? "").matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)];
  return { labels: new Map(labels.map(([, key = "", value = ""]) => [key, value])), value: line[2] ?? "" };
}
