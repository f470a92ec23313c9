import { once } from "node:events";
import { runPhases, type PhaseEvent } from "@icos/system";
import { describeAssignment } from "./assignment.ts";
import { serveNodePages, type NodePages } from "./node-pages.ts";
import { createNodeServices, type NodeServices, type OrchestratorModules } from "./node-services.ts";
import type { OrchestratorOptions } from "./options.ts";
import { STARTUP_PHASES } from "./startup.ts";
import { supervise } from "./supervise.ts";

const CHECK_MS = 10_000;
const STATUS_MS = 600_000;
/** The first rules and keys wait for the end of the start-up, so as not to make it longer; no longer than this. */
const PROTECTION_DELAY_MS = 10_000;

/**
 * The node's life, until `signal` aborts: keys, registry, registration, confirmation of the boot, and then the replica in
 * step with the registry. Rejects when the node cannot go on (no configuration, no usable keys, no root key, a port that is
 * taken); everything that may get better by itself is tried again. When it settles, nothing of it runs any more.
 */
export async function runOrchestrator(
  options: OrchestratorOptions,
  modules: OrchestratorModules,
  signal: AbortSignal,
  onListening: (pages: NodePages) => void = () => undefined,
): Promise<void> {
  const node = await createNodeServices(options, modules, signal);
  const { console, logger, clock, metrics, replicator, replica } = node;
  const pages = await serveNodePages(node);
  onListening(pages);
  const ending = new AbortController();
  const background = AbortSignal.any([signal, ending.signal]);
  const tasks: Promise<void>[] = [];
  const start = (name: string, task: (signal: AbortSignal) => Promise<void>): void => {
    tasks.push(supervise(name, task, { clock, logger, failed: metrics.tasksFailed }, background));
  };
  try {
    start("host_channel", (signal) => node.host.run(signal));
    start("status", (signal) => tellStatus(node, signal));
    const startPolling = (): void => start("registry_replicator", (signal) => replicator.run(signal));
    const started = new AbortController();
    const startProtection = (): void =>
      start("ssh_key_firewall_rules", async (signal) => {
        await clock.sleep(PROTECTION_DELAY_MS, AbortSignal.any([signal, started.signal])).catch(() => undefined);
        await followProtection(node, signal);
      });
    await runPhases(
      STARTUP_PHASES,
      { node, signal, startProtection, startPolling },
      { signal, observe: (event) => logPhase(node, event) },
    );
    started.abort();
    node.progress.line = undefined;
    node.host.changed();
    console.line(`orchestrator ready: node ${node.nodeId} ${stateOf(node)}`);
    node.host.show(statusLine(node));
    start("GuestOS_upgrade", (signal) => followAssignment(node, signal));
    start("HostOS_upgrade", (signal) => node.hostUpgrade.run(signal));
    if (!signal.aborted) await once(signal, "abort");
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    ending.abort();
    await Promise.all(tasks);
    await replica.stop();
    await pages.close();
    logger.log("info", "The orchestrator has stopped.");
  }
}

/** Checks every ten seconds, and at once when there is a new registry version or the replica has ended. */
async function followAssignment({ wakeup, replica, task }: NodeServices, signal: AbortSignal): Promise<void> {
  for (;;) {
    await wakeup.wait(Math.min(CHECK_MS, replica.retryIn ?? CHECK_MS), signal);
    if (signal.aborted) return;
    await task.check();
  }
}

/** Firewall and SSH keys: now, every ten seconds, and when there is a new registry version. */
async function followProtection(node: NodeServices, signal: AbortSignal): Promise<void> {
  const { registry, wakeup, firewall, sshAccess } = node;
  while (!signal.aborted) {
    const version = registry.latestVersion();
    await firewall.check();
    await sshAccess.check();
    if (registry.latestVersion() === version) await wakeup.wait(CHECK_MS, signal);
  }
}

async function tellStatus(node: NodeServices, signal: AbortSignal): Promise<void> {
  const { clock, console, host } = node;
  for (;;) {
    await clock.sleep(STATUS_MS, signal);
    console.line(statusLine(node));
    host.show(statusLine(node));
  }
}

function statusLine(node: NodeServices): string {
  const { config, nodeId, version } = node;
  const ipv4 = config.initial_ipv4_config.public_address;
  const addresses = `IPv6 ${config.transport.node_ip}, IPv4 ${ipv4 === "" ? "none" : ipv4}`;
  return `Node ${nodeId}: ${stateOf(node)}, version ${version}, ${addresses}.`;
}

const stateOf = ({ task }: NodeServices): string =>
  task.assignment === undefined ? "in an unknown state" : describeAssignment(task.assignment);

function logPhase({ logger }: NodeServices, event: PhaseEvent): void {
  if (event.kind === "finished") {
    logger.log("info", `Start-up: ${event.phase}.`, { milliseconds: event.milliseconds, note: event.note });
  }
}
