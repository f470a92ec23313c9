import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { decodeCbor, Principal, thresholdKeyToPem, ThresholdKey } from "@icos/certification";
import { makeGuestosConfig, parseIcConfig, renderIcConfig, type IcConfig } from "@icos/config";
import { serializeGrubenv, withBootState } from "@icos/slots";
import { silentLogger, systemClock, type Clock } from "@icos/system";
import { NO_PAYLOAD, type Command, type Payload } from "@icos/vsock";
import { listeningPorts } from "../test/listening-ports.ts";
import { startLocalService, type LocalService } from "../test/local-service.ts";
import { makeNodeDirectories, startTestNetwork, VERSION, type TestNetwork } from "../test/network.ts";
import type { NodePages } from "./node-pages.ts";
import { parseOrchestratorOptions } from "./options.ts";
import { runOrchestrator } from "./orchestrator.ts";
import { startProcess } from "./process-manager.ts";

/** 25 times faster, so that polls and checks do not keep the test waiting. */
const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / 25, signal),
};

async function eventually<Value>(
  what: string,
  attempt: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
  for (let tries = 0; tries < 600; tries += 1) {
    const value = await attempt();
    if (value !== undefined) return value;
    await systemClock.sleep(50);
  }
  throw new Error(`It did not happen: ${what}`);
}

/** A node's orchestrator in this process; its replica is a process of its own. */
class TestNode {
  readonly lines: string[] = [];
  /** What the host was asked. */
  readonly asked: Command[] = [];
  readonly root: string;
  readonly #network: TestNetwork;
  readonly #address: string;
  #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #pages: NodePages | undefined;

  /** `address` is what the node registers; nothing listens there. */
  constructor(root: string, network: TestNetwork, address = "2001:db8::1") {
    this.root = root;
    this.#address = address;
    this.#network = network;
  }

  /** Without the sockets of the units that have the rights, the node has neither packet filter nor SSH. */
  async start(change: { rootKeyPem?: string; firewall?: LocalService; sshKeys?: LocalService } = {}): Promise<void> {
    const { crypto, data, binaries } = await makeNodeDirectories(this.root);
    const keys = { nns: join(data, "nns_public_key.pem"), operator: join(data, "node_operator_private_key.pem") };
    await writeFile(keys.nns, change.rootKeyPem ?? this.#network.rootKeyPem);
    await writeFile(keys.operator, this.#network.operatorPem);
    await writeFile(join(this.root, "version.txt"), `${VERSION}\n`);
    const grubenv = withBootState({ entries: new Map() }, { alternative: "A", cycle: "failsafe_check" });
    await writeFile(join(this.root, "grubenv"), serializeGrubenv(grubenv));
    const base = baseConfig(this.#address);
    const config: IcConfig = {
      ...base,
      firewall: { ...base.firewall, config_file: join(this.root, "nftables.conf") },
      crypto: { crypto_root: crypto },
      registry_client: { local_store: join(data, "ic_registry_local_store") },
    };
    const registration = {
      ...config.registration,
      nns_url: this.#network.nns.url,
      nns_pub_key_pem: keys.nns,
      node_operator_pem: keys.operator,
    };
    const registered = { ...config, registration };
    // The replica listens where this machine has an address, on ports that are free.
    const onDisk = {
      ...registered,
      http_handler: { listen_addr: "127.0.0.1:0" },
      metrics: { exporter: { http: "127.0.0.1:0" } },
    };
    const configFile = join(this.root, "ic.json5");
    await writeFile(configFile, JSON.stringify(onDisk));
    const options = parseOrchestratorOptions([
      `--replica-config-file=${configFile}`,
      `--version-file=${join(this.root, "version.txt")}`,
      `--orchestrator-data-directory=${join(data, "orchestrator")}`,
      `--ic-binary-directory=${binaries}`,
      "--metrics-listen-addr=127.0.0.1:0",
      "--dashboard-listen-addr=127.0.0.1:0",
      `--grubenv=${join(this.root, "grubenv")}`,
      `--confirm-boot-request=${join(this.root, "confirm-boot")}`,
      `--firewall-socket=${change.firewall?.socket ?? join(this.root, "nothing")}`,
      `--ssh-keys-socket=${change.sshKeys?.socket ?? join(this.root, "nothing")}`,
      `--ssh-keys-directory=${join(this.root, "keys")}`,
      "--enable-provisional-registration",
    ]);
    this.#stop = new AbortController();
    const modules = {
      loadConfig: async () => registered,
      start: startProcess,
      clock,
      console: { line: (text: string) => void this.lines.push(text) },
      logger: silentLogger,
      askHost: async (command: Command): Promise<Payload> => {
        this.asked.push(command);
        return command.kind === "GetHostOSVersion" ? { kind: "HostOSVersion", version: "h1" } : NO_PAYLOAD;
      },
    };
    this.#ended = runOrchestrator(options, modules, this.#stop.signal, (pages) => (this.#pages = pages));
    this.#ended.catch(() => undefined); // reported by stop()
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.#pages?.metrics.port}/`)).text();
  }

  async dashboard(label: string): Promise<string> {
    const text = await (await fetch(`http://127.0.0.1:${this.#pages?.dashboard.port}/`)).text();
    return (
      text
        .split("\n")
        .find((line) => line.startsWith(`${label}: `))
        ?.slice(label.length + 2) ?? ""
    );
  }

  /** The replica's process and what it answers, once it does. */
  async replica(): Promise<{ readonly pid: number; readonly status: Record<string, unknown> } | undefined> {
    const pid = Number(await this.dashboard("replica process id"));
    const status = Number.isInteger(pid) ? await replicaStatus(pid) : undefined;
    return status && { pid, status };
  }

  /** The first console line with the text, once there is one. */
  line(text: string): Promise<string> {
    return eventually(text, () => this.lines.find((line) => line.includes(text)));
  }
}

function baseConfig(address: string): IcConfig {
  const config = makeGuestosConfig({
    config_version: "2.1.0",
    network_settings: { ipv6_config: { Fixed: { address: `${address}/64`, gateway: "2001:db8::ff" } } },
    icos_settings: { mgmt_mac: "00:11:22:33:44:55", deployment_environment: "testnet", nns_urls: [] },
    guestos_settings: {},
  });
  return parseIcConfig(renderIcConfig(config, address), "ic.json5");
}

async function inTemporaryDirectory(body: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "orchestrator-"));
  try {
    await body(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

void test("nodes make their keys, register themselves and run their replica while a subnet lists them", () =>
  inTemporaryDirectory(async (root) => {
    await using network = await startTestNetwork(root);
    const node = new TestNode(join(root, "node"), network);
    const other = new TestNode(join(root, "other"), network, "2001:db8::2");
    await Promise.all([node.start(), other.start()]);
    try {
      const ready = await node.line("orchestrator ready");
      const nodeId = await node.dashboard("node id");
      assert.equal(ready, `orchestrator ready: node ${nodeId} unassigned`);
      assert.ok(node.lines.some((line) => line.startsWith("Join request successful")));
      assert.equal((await network.client.nodes()).get(nodeId)?.http?.ipAddr, "2001:db8::1");
      assert.equal((await readFile(join(node.root, "confirm-boot"))).toString(), "confirm\n");
      assert.equal(await node.dashboard("subnet id"), "Unassigned");
      assert.equal(await node.dashboard("DC id"), "dc1");
      assert.match(await node.metrics(), /^ic_orchestrator_info\{ic_active_version="v1"\} 1$/m);
      await other.line("orchestrator ready");

      const health = await eventually("the host hears of it", () =>
        node.asked.find(({ kind, ...rest }) => kind === "guest-health" && JSON.stringify(rest).includes("healthy")),
      );
      const report = { state: "healthy", "node-id": nodeId, detail: null };
      assert.deepEqual(health, { kind: "guest-health", arguments: report });
      const joined = { count: 10, message: `Join request successful: node ${nodeId}.` };
      assert.ok(node.asked.some((command) => isDeepStrictEqual(command, { kind: "notify", arguments: joined })));
      assert.match(await node.metrics(), /^ic_orchestrator_hostos_info\{hostos_version="h1"\} 1$/m);

      const members = [nodeId, await other.dashboard("node id")].map((id) => Principal.fromText(id));
      const subnet = await network.governance.createSubnet({ node_ids: members, replica_version_id: VERSION });
      await node.line(`assigned to subnet ${subnet.toText()}`);
      const { pid, status } = await eventually("the replica answers", () => node.replica());
      assert.equal(status["impl_version"], VERSION);
      assert.equal(status["replica_health_status"], "healthy");
      assert.deepEqual(status["root_key"], new Uint8Array(network.nns.rootKey));
      const { pid: otherPid } = await eventually("the other replica answers", () => other.replica());

      await network.governance.removeNodesFromSubnet({ node_ids: members.slice(0, 1) });
      await node.line("may be switched off");
      assert.equal(await node.dashboard("replica process id"), "None");
      assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
      assert.equal(Number(await other.dashboard("replica process id")), otherPid);

      await other.stop();
      assert.throws(() => process.kill(otherPid, 0), { code: "ESRCH" });
    } finally {
      await Promise.all([node.stop(), other.stop()]);
    }
  }));

void test("the registry's SSH keys and the firewall reach the machine, and the dashboard says from which version", () =>
  inTemporaryDirectory(async (root) => {
    await using network = await startTestNetwork(root);
    const rulesets: string[] = [];
    await using firewall = await startLocalService(() => {
      rulesets.push(readFileSync(join(root, "node/candidate.conf"), "utf8"));
      return "applied\n";
    });
    await using sshKeys = await startLocalService(() => "written\n");
    const node = new TestNode(join(root, "node"), network);
    await node.start({ firewall, sshKeys });
    try {
      await node.line("orchestrator ready");
      const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;
      await network.governance.updateUnassignedNodesConfig({ ssh_readonly_access: [key] });
      await eventually("the keys are written", () => sshKeys.requests.find((text) => text.includes(key)));
      assert.deepEqual(sshKeys.requests, [`readonly\n${key}\nend\n`]);
      await eventually("the version is the latest", async () => {
        const version = await node.dashboard("last registry version");
        const applied = await Promise.all(
          ["firewall", "ssh key"].map((of) => node.dashboard(`${of} config registry version`)),
        );
        return applied.every((of) => of === version) ? version : undefined;
      });
      assert.equal(await node.dashboard("ssh key configuration is for subnet"), "Unassigned");
      assert.match(await node.metrics(), /^ssh_access_registry_version [1-9]\d*$/m);
      const last = rulesets.at(-1);
      assert.match(last ?? "", /ip6 saddr \{ 2001:db8::1 \} .* accept # All nodes/);
      assert.equal(await readFile(join(node.root, "nftables.conf"), "utf8"), last);
    } finally {
      await node.stop();
    }
  }));

void test("a node that starts again has the same identity and does not register again", () =>
  inTemporaryDirectory(async (root) => {
    await using network = await startTestNetwork(root);
    const node = new TestNode(join(root, "node"), network);
    try {
      await node.start();
      const ready = await node.line("orchestrator ready");
      await node.stop();
      node.lines.length = 0;
      await node.start();
      assert.equal(await node.line("orchestrator ready"), ready);
      assert.deepEqual(
        node.lines.filter((line) => /join|registration/i.test(line)),
        [],
      );
      assert.equal((await network.client.nodes()).size, 1);
    } finally {
      await node.stop();
    }
  }));

void test("a node that was given another root key refuses the registry's answers and says so", () =>
  inTemporaryDirectory(async (root) => {
    await using network = await startTestNetwork(root);
    const node = new TestNode(join(root, "node"), network);
    await node.start({ rootKeyPem: thresholdKeyToPem(ThresholdKey.generate().publicKey.der) });
    try {
      await node.line("The signature of a certificate does not verify with the expected key");
      assert.equal(await node.dashboard("last registry version"), "0");
      assert.equal((await network.client.nodes()).size, 0);
    } finally {
      await node.stop();
    }
  }));

/** The answer of `/api/v2/status`, once one of the process' ports gives it. */
async function replicaStatus(pid: number): Promise<Record<string, unknown> | undefined> {
  for (const port of await listeningPorts(pid).catch(() => [])) {
    const response = await fetch(`http://127.0.0.1:${port}/api/v2/status`).catch(() => undefined);
    if (response?.ok !== true) continue;
    const what = { code: "status", name: "The status" };
    const status = decodeCbor(new Uint8Array(await response.arrayBuffer()), what);
    if (typeof status === "object" && status !== null) return { ...status };
  }
  return undefined;
}
