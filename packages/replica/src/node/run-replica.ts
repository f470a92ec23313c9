import { readFile } from "node:fs/promises";
import { Principal } from "@icos/certification/principal";
import { thresholdKeyFromPem } from "@icos/certification/threshold-key-der";
import { type Clock, describeError, gauge, type Logger, processMetrics, renderMetrics } from "@icos/system";
import { listen } from "../server/http-listener.ts";
import type { ReplicaHealth } from "../server/options.ts";
import { Membership } from "./membership.ts";
import { createMetricsServer, createStatusServer } from "./node-endpoint.ts";
import { readNodeId } from "./node-id.ts";
import { HealthRecord } from "./health-record.ts";
import type { ReplicaArguments } from "./replica-arguments.ts";
import { readReplicaConfig } from "./replica-config.ts";

export interface RunReplicaOptions {
  readonly arguments: ReplicaArguments;
  /** The parsed `ic.json5`. */
  readonly config: unknown;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between looks at the registry's local store; 5 s unless told. */
  readonly pollInterval?: number | undefined;
}

export interface RunningReplica {
  readonly health: ReplicaHealth;
  readonly statusUrl: string;
  readonly metricsUrl: string;
  /** Stops following the registry and closes both ports. */
  close(): Promise<void>;
}

const POLL_INTERVAL = 5_000;

/**
 * The replica process, first step: it tells its status and its metrics, and is healthy while the registry lists this
 * node in the subnet it was started for. Canisters do not run yet.
 */
export async function runReplica(options: RunReplicaOptions): Promise<RunningReplica> {
  const { arguments: args, clock, logger, pollInterval = POLL_INTERVAL } = options;
  const config = readReplicaConfig(options.config, args.configFile);
  const rootKey = thresholdKeyFromPem(await readFile(config.nnsPublicKey, "utf8"));
  const nodeId = await readNodeId(config.cryptoRoot);
  const membership = new Membership(config.localStore, nodeId, Principal.fromText(args.forceSubnet));
  const health = new HealthRecord();
  const look = async (): Promise<void> => {
    await membership.poll();
    if (health.set(membership)) {
      logger.log("info", "The health of the replica changed.", {
        health: health.current,
        registryVersion: membership.version,
      });
    }
  };
  await look().catch((error: unknown) => logPollError(logger, error));
  const status = createStatusServer(() => ({
    root_key: rootKey,
    impl_version: args.replicaVersion,
    replica_health_status: health.current,
  }));
  const metrics = createMetricsServer(() =>
    renderMetrics([
      ...processMetrics(clock.now()),
      gauge("ic_replica_info", "Version of the replica.", 1, { ic_active_version: args.replicaVersion }),
      gauge(
        "ic_registry_client_registry_version",
        "Most recent registry version fetched by the client.",
        membership.version,
      ),
      gauge("replica_healthy", "Whether the replica reports to be healthy.", health.current === "healthy" ? 1 : 0),
      gauge("replica_uptime_seconds", "Time since the start of the process.", Math.round(process.uptime())),
      ...health.transitions(),
    ]),
  );
  const listeners = [await listen(status, config.http.host, config.http.port)];
  try {
    listeners.push(await listen(metrics, config.metrics.host, config.metrics.port));
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  logger.log("info", "The replica runs.", {
    nodeId: nodeId.toText(),
    subnetId: args.forceSubnet,
    version: args.replicaVersion,
  });
  const stop = new AbortController();
  const following = follow(look, { clock, logger, pollInterval, signal: stop.signal });
  const [statusUrl = "", metricsUrl = ""] = listeners.map(({ url }) => url);
  return {
    get health() {
      return health.current;
    },
    statusUrl: `${statusUrl}/api/v2/status`,
    metricsUrl: `${metricsUrl}/metrics`,
    close: async () => {
      stop.abort();
      await following;
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

interface Following extends Pick<RunReplicaOptions, "clock" | "logger"> {
  readonly pollInterval: number;
  readonly signal: AbortSignal;
}

async function follow(look: () => Promise<void>, { clock, logger, pollInterval, signal }: Following): Promise<void> {
  let lastError = "";
  while (!signal.aborted) {
    try {
      await clock.sleep(pollInterval, signal);
      await look();
      lastError = "";
    } catch (error) {
      if (signal.aborted) return;
      if (describeError(error) !== lastError) logPollError(logger, error);
      lastError = describeError(error);
    }
  }
}

function logPollError(logger: Logger, error: unknown): void {
  logger.log("warning", "The registry's local store could not be read.", { error: describeError(error) });
}
