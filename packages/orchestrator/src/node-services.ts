import { join } from "node:path";
import { createCertificateVerifier, type CertificateVerifier } from "@icos/certification";
import { nnsUrls, type IcConfig } from "@icos/config";
import { httpChangesSource, LocalStore, RegistryClient, RegistryReplicator } from "@icos/registry";
import { durableFiles, IcosError, makeDirectory, readFileIfExists, type Clock, type Logger } from "@icos/system";
import { grantedAccess } from "./access/account-keys.ts";
import { localAccounts, type AccountFiles } from "./access/local-accounts.ts";
import { SshAccessTask } from "./access/ssh-access-task.ts";
import { AssignmentTask } from "./assignment-task.ts";
import type { Console } from "./console.ts";
import { FirewallTask } from "./firewall/firewall-task.ts";
import { localFirewall } from "./firewall/local-firewall.ts";
import { firewallPolicy } from "./firewall/policy.ts";
import { postCbor } from "./http-post.ts";
import { openKeyStore } from "./key-store.ts";
import { askedUpgradeFile } from "./host/asked-upgrade-file.ts";
import { HostChannel, type AskHost } from "./host/host-channel.ts";
import { HostUpgradeTask } from "./host/host-upgrade-task.ts";
import { nodeHealth } from "./host/node-health.ts";
import { urlsFor, wantedHostOf } from "./host/wanted-host.ts";
import type { NodeKeys } from "./node-keys.ts";
import { membershipOf } from "./node-registry.ts";
import { replicaCommand, type OrchestratorOptions } from "./options.ts";
import { createOrchestratorMetrics, type OrchestratorMetrics } from "./orchestrator-metrics.ts";
import { DEFAULT_PROCESS_OPTIONS, ProcessManager, type StartProcess } from "./process-manager.ts";
import { registryRequest } from "./registry-request.ts";
import { ReplicationReport } from "./replication-report.ts";
import { readRootKey } from "./root-key.ts";
import { Wakeup } from "./wakeup.ts";

export interface OrchestratorModules {
  /** The parsed `ic.json5`; may wait for the node's address. */
  readonly loadConfig: (signal: AbortSignal) => Promise<IcConfig>;
  readonly start: StartProcess;
  readonly clock: Clock;
  readonly console: Console;
  readonly logger: Logger;
  /** The host, if the machine may have one. */
  readonly askHost?: AskHost | undefined;
}

/** Everything that the orchestrator's steps work with. Nothing of it runs yet. */
export interface NodeServices extends OrchestratorModules {
  readonly options: OrchestratorOptions;
  readonly config: IcConfig;
  readonly keys: NodeKeys;
  /** Textual form. */
  readonly nodeId: string;
  /** Of GuestOS, and thereby of its replica. */
  readonly version: string;
  readonly metrics: OrchestratorMetrics;
  readonly verifier: CertificateVerifier;
  readonly registry: RegistryClient;
  readonly replicator: RegistryReplicator;
  readonly report: ReplicationReport;
  readonly replica: ProcessManager;
  readonly task: AssignmentTask;
  readonly firewall: FirewallTask;
  readonly accounts: AccountFiles;
  readonly sshAccess: SshAccessTask;
  /** Wakes who waits for a new registry version or for the end of the replica. */
  readonly wakeup: Wakeup;
  readonly host: HostChannel;
  readonly hostUpgrade: HostUpgradeTask;
  readonly progress: StartupProgress;
}

/** What the start-up said last; `undefined` when it is over. */
export interface StartupProgress {
  line: string | undefined;
}

const POLL_MS = 5_000;

/** Reads the configuration, opens (or makes) the node's keys and puts the parts together. */
export async function createNodeServices(
  options: OrchestratorOptions,
  modules: OrchestratorModules,
  signal: AbortSignal,
): Promise<NodeServices> {
  const { clock, logger, start } = modules;
  const progress: StartupProgress = { line: "The node starts." };
  const console: Console = {
    line(text) {
      if (progress.line !== undefined) progress.line = text;
      modules.console.line(text);
    },
  };
  const config = await modules.loadConfig(signal);
  await makeDirectory(options.dataDirectory, 0o750);
  const { crypto_root } = config.crypto;
  const { keys, generated } = await openKeyStore(crypto_root, { files: durableFiles, now: () => clock.now() });
  const nodeId = keys.nodeId.toText();
  const version = await readVersion(options.versionFile);
  logger.log("info", "The node's keys are ready.", { nodeId, generated, version });
  console.line(`Node ${nodeId}, version ${version}.`);

  const metrics = createOrchestratorMetrics();
  metrics.info.set(1, { ic_active_version: version });
  const wakeup = new Wakeup(clock);
  const verifier = createCertificateVerifier({ rootKey: await readRootKey(config.registration.nns_pub_key_pem) });
  const store = new LocalStore(config.registry_client.local_store);
  const registry = new RegistryClient(store);
  const report = new ReplicationReport(console, metrics);
  const source = httpChangesSource(
    nnsUrls(config).map(({ href }) => href),
    { fetch: registryRequest(postCbor), now: () => clock.now() },
  );
  const replicator = new RegistryReplicator(
    { pollDelay: POLL_MS },
    {
      source: {
        fetch(since, signal) {
          report.pollStarts(clock.now());
          return source.fetch(since, signal);
        },
        fetchChunk: (sha256, signal) => source.fetchChunk(sha256, signal),
      },
      verifier,
      store,
      client: registry,
      clock,
      logger,
      observe(event) {
        report.observe(event, registry.latestVersion() === 0, clock.now());
        if (event.kind === "polled" && event.added > 0) wakeup.wake();
      },
    },
  );
  const replica = new ProcessManager(DEFAULT_PROCESS_OPTIONS, {
    start,
    clock,
    logger,
    onStart: () => metrics.replicaStarts.increment(),
    onEnd: () => {
      wakeup.wake();
      host.changed();
    },
  });
  const host = new HostChannel(
    {
      ask: modules.askHost ?? noHost,
      health: () =>
        nodeHealth({
          nodeId,
          startup: progress.line,
          failedChecks: task.failures,
          registryRead: report.read,
          registryUnreachable: report.unreachable,
          replicaDown: replica.retryIn !== undefined,
        }),
      clock,
      logger,
      hostVersion: metrics.hostVersion,
    },
    signal,
  );
  const hostUpgrade = new HostUpgradeTask({
    wanted: () => wantedHostOf(registry, keys.nodeId),
    urlsOf: ({ urls }) => urlsFor(keys.nodeId, urls),
    ask: modules.askHost ?? noHost,
    asked: askedUpgradeFile(join(options.dataDirectory, "hostos_upgrade.json")),
    wakeup,
    clock,
    console: {
      line(text) {
        console.line(text);
        host.show(text);
      },
    },
    logger,
    failed: metrics.hostUpgradesFailed,
    random: () => Math.random(),
  });
  const task = new AssignmentTask(version, {
    membership: () => membershipOf(registry, keys.nodeId),
    replicaCommand: (subnetId) => replicaCommand(options, version, subnetId),
    replica,
    console: {
      line(text) {
        console.line(text);
        host.show(text); // whether the machine may be switched off is read there
      },
    },
    logger,
    metrics,
  });
  const latestVersion = (): number => registry.latestVersion();
  const firewall = new FirewallTask({
    latestVersion,
    // Without a catch-up package, no version but the latest is in use.
    policy: (version) => firewallPolicy(registry, keys.nodeId, { oldest: version, latest: version }, config),
    firewall: localFirewall(options.firewallSocket, config.firewall.config_file),
    console,
    logger,
    applied: metrics.firewallVersion,
  });
  const accounts = localAccounts(options.sshKeysSocket, options.sshKeysDirectory);
  const sshAccess = new SshAccessTask({
    latestVersion,
    granted: (version) => grantedAccess(registry, keys.nodeId, version),
    accounts,
    console,
    logger,
    applied: metrics.sshAccessVersion,
  });
  return {
    ...modules,
    console,
    options,
    config,
    keys,
    nodeId,
    version,
    metrics,
    verifier,
    registry,
    replicator,
    report,
    replica,
    task,
    firewall,
    accounts,
    sshAccess,
    wakeup,
    host,
    hostUpgrade,
    progress,
  };
}

const noHost: AskHost = async () => {
  throw new IcosError("no-host", "This machine has no host to talk to.");
};

async function readVersion(file: string): Promise<string> {
  const version = (await readFileIfExists(file))?.toString().trim();
  if (version !== undefined && /^[\w.:+-]+$/.test(version)) return version;
  const what = version === undefined ? "is missing" : "does not hold a version";
  throw new IcosError("version-unknown", `${file} ${what}.`, { place: { file } });
}
