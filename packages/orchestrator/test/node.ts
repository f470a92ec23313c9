import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeCbor } from "@icos/certification";
import { makeGuestosConfig, parseIcConfig, renderIcConfig, type IcConfig } from "@icos/config";
import { serializeGrubenv, withBootState } from "@icos/slots";
import { silentLogger, systemClock, type Clock } from "@icos/system";
import { NO_PAYLOAD, type Command, type Payload } from "@icos/vsock";
import type { NodePages } from "../src/node-pages.ts";
import { parseOrchestratorOptions } from "../src/options.ts";
import { runOrchestrator } from "../src/orchestrator.ts";
import { startProcess } from "../src/process-manager.ts";
import { eventually } from "./eventually.ts";
import { listeningPorts } from "./listening-ports.ts";
import type { LocalService } from "./local-service.ts";
import { makeNodeDirectories, VERSION, type TestNetwork } from "./network.ts";

/** 25 times faster, so that polls and checks do not keep the test waiting. */
const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / 25, signal),
};

/** A node's orchestrator in this process; its replica is a process of its own. */
export class TestNode {
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
