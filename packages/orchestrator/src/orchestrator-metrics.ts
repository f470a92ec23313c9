import { MetricsPage, type Histogram, type Metric } from "@icos/system";

/** The orchestrator's metrics under upstream's names, as far as what they measure exists. */
export interface OrchestratorMetrics {
  readonly info: Metric;
  readonly failedChecks: Metric;
  readonly upgradePrevented: Metric;
  readonly tasksFailed: Metric;
  readonly replicaStarts: Metric;
  readonly pollDuration: Histogram;
  readonly polls: Metric;
  readonly registryVersion: Metric;
  readonly certifiedTime: Metric;
  readonly firewallVersion: Metric;
  readonly sshAccessVersion: Metric;
  readonly hostVersion: Metric;
  readonly hostUpgradesFailed: Metric;
  readonly residentMemory: Metric;
  render(): string;
}

export function createOrchestratorMetrics(): OrchestratorMetrics {
  const page = new MetricsPage();
  const residentMemory = page.gauge("process_resident_memory_bytes", "Resident memory size in bytes.");
  return {
    info: page.gauge("ic_orchestrator_info", "version info for the internet computer orchestrator running.", {
      labelled: true,
    }),
    failedChecks: page.gauge(
      "orchestrator_failed_consecutive_upgrade_checks_total",
      "Checks of the registry that failed since the last one that did not.",
    ),
    upgradePrevented: page.counter(
      "orchestrator_replica_version_upgrade_prevented_total",
      "Upgrades that the registry asked for and that did not happen, by reason.",
      { labelled: true },
    ),
    tasksFailed: page.counter("orchestrator_tasks_failed_total", "Tasks that failed, by name and reason.", {
      labelled: true,
    }),
    replicaStarts: page.counter(
      "orchestrator_replica_process_start_attempts_total",
      "How often the replica process was started.",
    ),
    pollDuration: page.histogram(
      "replicator_poll_duration",
      "Seconds that it took to poll the registry.",
      [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20],
    ),
    polls: page.counter("replicator_poll_count", "Polls of the registry, by result.", { labelled: true }),
    registryVersion: page.gauge("replicator_registry_version", "Latest registry version in the local store."),
    certifiedTime: page.gauge(
      "replicator_latest_certified_time",
      "Certified time of the latest poll that showed the local store to be up to date, in nanoseconds since the epoch.",
    ),
    firewallVersion: page.gauge(
      "firewall_registry_version",
      "Registry version of the firewall rules that are in force.",
    ),
    hostVersion: page.gauge("ic_orchestrator_hostos_info", "Version of the HostOS that runs this node.", {
      labelled: true,
    }),
    hostUpgradesFailed: page.counter(
      "orchestrator_hostos_upgrades_failed_total",
      "Upgrades of HostOS that the registry asked for and that did not happen, by version and reason.",
      { labelled: true },
    ),
    sshAccessVersion: page.gauge("ssh_access_registry_version", "Registry version of the SSH keys that are in force."),
    residentMemory,
    render() {
      residentMemory.set(process.memoryUsage.rss());
      return page.render();
    },
  };
}
