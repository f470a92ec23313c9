import { serveText, type TextServer } from "@icos/system/text-server";
import { renderDashboard } from "./dashboard.ts";
import { dataCenterOf } from "./node-registry.ts";
import type { NodeServices } from "./node-services.ts";

/** The metrics and the dashboard of a node, while they are served. */
export interface NodePages {
  readonly metrics: TextServer;
  readonly dashboard: TextServer;
  close(): Promise<void>;
}

export async function serveNodePages(node: NodeServices): Promise<NodePages> {
  const { options, metrics } = node;
  const metricsServer = await serveText(options.metricsAddress, "text/plain; version=0.0.4; charset=utf-8", () =>
    metrics.render(),
  );
  const dashboard = await serveText(options.dashboardAddress, "text/plain; charset=utf-8", () => dashboardOf(node));
  return {
    metrics: metricsServer,
    dashboard,
    async close() {
      await metricsServer.close();
      await dashboard.close();
    },
  };
}

async function dashboardOf(node: NodeServices): Promise<string> {
  const { nodeId, options, registry, report, task, replica, version, keys, firewall, sshAccess, accounts, host } = node;
  const { assignment } = task;
  const keysOf = async (account: string): Promise<readonly string[]> =>
    ((await accounts.read(account)) ?? "").split("\n").filter((line) => line !== "");
  return renderDashboard({
    nodeId,
    dcId: options.dcId ?? dataCenterOf(registry, keys.nodeId),
    registryVersion: registry.latestVersion(),
    certifiedTime: report.certifiedTime,
    subnet:
      assignment === undefined
        ? { kind: "unknown" }
        : { kind: "known", id: "subnetId" in assignment ? assignment.subnetId : undefined },
    replicaPid: replica.pid,
    replicaVersion: version,
    hostVersion: host.version,
    scheduledUpgrade: task.wantedUpgrade,
    firewallVersion: firewall.appliedVersion,
    sshAccess: sshAccess.applied,
    readonlyKeys: await keysOf("readonly"),
    backupKeys: await keysOf("backup"),
    adminKeys: await keysOf("admin"),
  });
}
