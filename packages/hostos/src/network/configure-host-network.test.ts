import assert from "node:assert/strict";
import { mkdtemp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CONFIG_OBJECTS, makeObject } from "@icos/config";
import { IcosError, parseJson } from "@icos/system";
import { configureHostNetwork } from "./configure-host-network.ts";
import { FakeCards, type FakeCard } from "./fake-cards.ts";
import { networkStateSchema, type NetworkState } from "./network-state.ts";

const MAC = "00:00:00:00:00:00";
const config = makeObject(CONFIG_OBJECTS.HostOS, {
  config_version: "1.17.0",
  network_settings: {
    ipv6_config: { Deterministic: { prefix: "2001:db8:0:1", prefix_length: 64, gateway: "2001:db8:0:1::1" } },
  },
  icos_settings: { mgmt_mac: MAC, deployment_environment: "testnet", nns_urls: [] },
});

interface Machine {
  readonly run: string;
  readonly configure: (
    cards: Readonly<Record<string, FakeCard>>,
    lanPrint?: string,
    upSeconds?: number,
  ) => Promise<{ warning: boolean; text: string; state: NetworkState; settled: boolean }>;
}

async function onMachine(body: (machine: Machine) => Promise<void>): Promise<void> {
  const run = await mkdtemp(join(tmpdir(), "host-network-"));
  const configure: Machine["configure"] = async (cards, lanPrint, upSeconds = 20) => {
    const machine = new FakeCards(cards);
    const exec = {
      run: async (command: readonly string[]) => {
        if (command[0] !== "ipmitool") return machine.exec.run(command);
        if (lanPrint === "") throw new IcosError("command-failed", "Could not open device.");
        return { stdout: Buffer.from(lanPrint ?? ""), stderr: "" };
      },
    };
    const { sysfs, clock, logger } = machine;
    const modules = { sysfs, clock, logger, exec, hasManagementController: async () => lanPrint !== undefined };
    const { warning, text, settled } = await configureHostNetwork(modules, { config, run, upSeconds });
    const file = await readFile(join(run, "icos/network.json"), "utf8");
    return { warning, text, settled, state: parseJson(networkStateSchema, file, { code: "bad", name: "The state" }) };
  };
  try {
    await body({ run, configure });
  } finally {
    await rm(run, { recursive: true, force: true });
  }
}

void test("the choice becomes networkd's files, resolv.conf and a state that console and metrics read", () =>
  onMachine(async ({ run, configure }) => {
    const { warning, text, state } = await configure({ eno1: { linkAfter: 0, gatewayAfter: 0, speed: 10_000 } });
    assert.deepEqual((await readdir(join(run, "systemd/network"))).toSorted(), [
      "20-br6.netdev",
      "20-br6.network",
      "20-eno1.network",
      ...["guest0", "upgrade0"].flatMap((tap) => [`20-${tap}.netdev`, `20-${tap}.network`]),
    ]);
    const bridge = join(run, "systemd/network/20-br6.network");
    assert.match(await readFile(bridge, "utf8"), /^Address=2001:db8:0:1:6800:94ff:feef:2978\/64$/m);
    assert.equal((await stat(bridge)).mode & 0o777, 0o644);
    assert.match(await readFile(join(run, "resolv.conf"), "utf8"), /^nameserver 2606:4700:4700::1111$/m);
    assert.deepEqual(state, {
      choice: { kind: "working", card: "eno1", speed: 10_000, answer: "echo" },
      mac: "6a:00:94:ef:29:78",
      address: "2001:db8:0:1:6800:94ff:feef:2978/64",
      gateway: "2001:db8:0:1::1",
      resolvers: ["2606:4700:4700::1111", "2606:4700:4700::1001", "2001:4860:4860::8888", "2001:4860:4860::8844"],
      otherManagementMac: null,
    });
    assert.deepEqual([warning, text], [false, "network card eno1, 10000 Mb/s: the gateway 2001:db8:0:1::1 answers"]);
  }));

void test("a later choice takes back the files of an earlier one, and no others", () =>
  onMachine(async ({ run, configure }) => {
    await mkdir(join(run, "systemd/network"), { recursive: true });
    await writeFile(join(run, "systemd/network/10-other.network"), "");
    await configure({ eno1: { linkAfter: 0, gatewayAfter: 0 } });
    const { warning, text } = await configure({});
    assert.deepEqual(
      (await readdir(join(run, "systemd/network"))).filter((name) => !/guest|upgrade/.test(name)).toSorted(),
      ["10-other.network", "20-br6.netdev", "20-br6.network"],
    );
    assert.ok(warning);
    assert.match(text, /no network card was found/);
  }));

void test("a silent gateway is a warning that says what was tried", () =>
  onMachine(async ({ configure }) => {
    const { warning, text, state } = await configure({ ens3: { linkAfter: 0 } });
    assert.ok(warning);
    assert.match(text, /the gateway 2001:db8:0:1::1 answers through no network card \(tried ens3\), ens3 is used/);
    assert.equal(state.choice.kind, "gateway-silent");
    assert.match((await configure({ ens3: {} })).text, /no network card has a link\. Check that its cable is in/);
  }));

void test("cards are looked at again while none has a link, or another may be the right one and routers still start", () =>
  onMachine(async ({ configure }) => {
    const linked = { linkAfter: 0 };
    const settled = async (cards: Readonly<Record<string, FakeCard>>, upSeconds: number) =>
      (await configure(cards, undefined, upSeconds)).settled;
    assert.equal(await settled({ eno1: { ...linked, gatewayAfter: 0 }, eno2: linked }, 20), true);
    assert.equal(await settled({ eno1: {}, eno2: {} }, 3_600), false);
    assert.equal(await settled({}, 3_600), false);
    assert.equal(await settled({ eno1: linked, eno2: {} }, 599), false);
    assert.equal(await settled({ eno1: linked, eno2: {} }, 600), true);
    assert.equal(await settled({ eno1: linked }, 20), true);
    assert.equal(await settled({ eno1: {}, eno2: { sysfs: { master: "br6" } } }, 20), true);
  }));

void test("a management controller with another MAC address is noted; addresses follow the configuration", () =>
  onMachine(async ({ configure }) => {
    const eno1 = { linkAfter: 0, gatewayAfter: 0 };
    const { state } = await configure({ eno1 }, "MAC Address : b0:7b:25:c8:f6:c0\n");
    assert.equal(state.otherManagementMac, "b0:7b:25:c8:f6:c0");
    assert.equal(state.mac, "6a:00:94:ef:29:78");
    assert.equal((await configure({ eno1 }, "")).state.otherManagementMac, null);
  }));
