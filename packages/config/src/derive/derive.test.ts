import { test } from "node:test";
import assert from "node:assert/strict";
import { hostHostname } from "../hostname.ts";
import { parseConfigIni } from "../inputs/config-ini.ts";
import { parseDeploymentJson } from "../inputs/deployment-json.ts";
import { CONFIG_OBJECTS, CONFIG_VERSION } from "../objects/config-objects.ts";
import type { HostosConfig, SetuposConfig } from "../objects/host-objects.ts";
import { formatObject, readObject } from "../objects/read-object.ts";
import { guestosConfigOf } from "./guestos-from-hostos.ts";
import { guestTap, hostNetworkdFiles } from "./host-networkd.ts";
import { hostosConfigOf } from "./hostos-from-setupos.ts";
import { setuposConfigOf } from "./setupos-from-stick.ts";

const MAC = "00:00:00:00:00:00";

function setupos(ini = "", deployment: object = {}, sshKeys = false): SetuposConfig {
  const { value: config } = parseConfigIni(
    Buffer.from(`ipv6_prefix=2001:db8:0:1\nipv6_gateway=2001:db8:0:1::1\nnode_reward_type=type3.1\n${ini}`),
  );
  const { value: json } = parseDeploymentJson(
    Buffer.from(
      JSON.stringify({
        deployment: { deployment_environment: "testnet", mgmt_mac: MAC, ...deployment },
        nns: { urls: ["https://icp-api.io"] },
      }),
    ),
  );
  assert.ok(config && json);
  return setuposConfigOf({
    config,
    deployment: json,
    sshKeys: sshKeys ? { admin: [], backup: [], readonly: [] } : undefined,
  });
}

const host = (ini = ""): HostosConfig => hostosConfigOf(setupos(ini));

void test("a stick's files become the SetupOS object", () => {
  const ini =
    "ipv4_address=203.0.113.9\nipv4_gateway=203.0.113.1\nipv4_prefix_length=24\ndomain=node.example.org\nverbose=true\n";
  assert.deepEqual(setupos(ini, {}, true), {
    config_version: CONFIG_VERSION,
    network_settings: {
      ipv6_config: { Deterministic: { prefix: "2001:db8:0:1", prefix_length: 64, gateway: "2001:db8:0:1::1" } },
      ipv4_config: { address: "203.0.113.9", gateway: "203.0.113.1", prefix_length: 24 },
      domain_name: "node.example.org",
    },
    icos_settings: {
      node_reward_type: "type3.1",
      mgmt_mac: MAC,
      deployment_environment: "testnet",
      nns_urls: ["https://icp-api.io/"],
      enable_trusted_execution_environment: false,
      use_ssh_authorized_keys: true,
      icos_dev_settings: {},
    },
    setupos_settings: null,
    hostos_settings: {
      hostos_dev_settings: { vm_memory: 16, vm_cpu: "kvm", vm_nr_of_vcpus: 16 },
      verbose: true,
    },
    guestos_settings: setupos().guestos_settings,
  });
});

void test("the management MAC comes from deployment.json, else from the machine, and is needed", () => {
  const inputs = {
    config: parseConfigIni(Buffer.from("ipv6_prefix=2001:db8:0:1\nipv6_gateway=2001:db8:0:1::1\n")).value,
    deployment: parseDeploymentJson(
      Buffer.from('{"deployment":{"deployment_environment":"testnet"},"nns":{"urls":["http://a"]}}'),
    ).value,
  };
  const { config, deployment } = inputs;
  assert.ok(config && deployment);
  const stick = { config, deployment, sshKeys: undefined };
  assert.equal(setuposConfigOf(stick, "B0-7B-25-C8-F6-C0").icos_settings.mgmt_mac, "b0:7b:25:c8:f6:c0");
  const named = { ...stick, deployment: { ...deployment, mgmtMac: MAC } };
  assert.equal(setuposConfigOf(named, "B0-7B-25-C8-F6-C0").icos_settings.mgmt_mac, MAC);
  assert.throws(() => setuposConfigOf(stick), { code: "no-management-mac" });
});

void test("the HostOS object is the SetupOS object, its version too, without the installer's settings", () => {
  const old = { ...setupos(), config_version: "1.15.0" };
  const hostos = hostosConfigOf(old);
  assert.equal(hostos.config_version, "1.15.0");
  assert.ok(!("setupos_settings" in hostos));
  assert.deepEqual({ ...hostos, setupos_settings: null }, old);
  assert.deepEqual(readObject(CONFIG_OBJECTS.HostOS, formatObject(hostos), "config.json").config, hostos);
});

void test("default and upgrade VM have each other's address as the peer's", () => {
  const own = { Fixed: { address: "2001:db8:0:1:6801:94ff:feef:2978/64", gateway: "2001:db8:0:1::1" } };
  const guest = guestosConfigOf(host("domain=node.example.org\n"), { type: "default" });
  assert.deepEqual(guest.network_settings, { ipv6_config: own, ipv4_config: null, domain_name: "node.example.org" });
  assert.equal(guest.upgrade_config.peer_guest_vm_address, "2001:db8:0:1:6802:94ff:feef:2978");
  const upgrade = guestosConfigOf(host(), { type: "upgrade" });
  assert.equal(upgrade.guest_vm_type, "upgrade");
  assert.deepEqual(upgrade.network_settings.ipv6_config, {
    Fixed: { address: "2001:db8:0:1:6802:94ff:feef:2978/64", gateway: "2001:db8:0:1::1" },
  });
  assert.equal(upgrade.upgrade_config.peer_guest_vm_address, "2001:db8:0:1:6801:94ff:feef:2978");
  assert.equal(guest.trusted_execution_environment_config, null);
  assert.equal(guest.recovery_config, null);
});

void test("a guest's version is that of the program, whatever the host's file says", () => {
  assert.equal(
    guestosConfigOf({ ...host(), config_version: "1.9.0" }, { type: "default" }).config_version,
    CONFIG_VERSION,
  );
});

void test("a slot has its own address and peer; one that cannot exist is refused", () => {
  const { network_settings, upgrade_config } = guestosConfigOf(host(), { type: "default", slot: 1 });
  assert.deepEqual(network_settings.ipv6_config, {
    Fixed: { address: "2001:db8:0:1:6811:94ff:feef:2978/64", gateway: "2001:db8:0:1::1" },
  });
  assert.equal(upgrade_config.peer_guest_vm_address, "2001:db8:0:1:6812:94ff:feef:2978");
  assert.throws(() => guestosConfigOf(host(), { type: "default", slot: -1 }), { code: "invalid-slot" });
});

void test("a compressed prefix of the network gives the same addresses as a written one", () => {
  const shortened = host();
  const { ipv6_config } = shortened.network_settings;
  assert.ok(typeof ipv6_config === "object" && "Deterministic" in ipv6_config);
  const compressed: HostosConfig = {
    ...shortened,
    network_settings: {
      ...shortened.network_settings,
      ipv6_config: { Deterministic: { ...ipv6_config.Deterministic, prefix: "2001:db8::" } },
    },
  };
  assert.deepEqual(guestosConfigOf(compressed, { type: "default" }).network_settings.ipv6_config, {
    Fixed: { address: "2001:db8::6801:94ff:feef:2978/64", gateway: "2001:db8:0:1::1" },
  });
});

void test("the trusted execution environment needs its certificates", () => {
  const tee = host("enable_trusted_execution_environment=true\n");
  assert.throws(() => guestosConfigOf(tee, { type: "default" }), { code: "no-certificate-chain" });
  const { trusted_execution_environment_config } = guestosConfigOf(tee, { type: "default", sevCertChainPem: "pem" });
  assert.deepEqual(trusted_execution_environment_config, { sev_cert_chain_pem: "pem" });
});

void test("a recovery hash is passed on without white space, and an empty one is none", () => {
  const hashOf = (recoveryHash: string) => guestosConfigOf(host(), { type: "default", recoveryHash }).recovery_config;
  assert.deepEqual(hashOf("  abc12 \n"), { recovery_hash: "abc12" });
  assert.equal(hashOf("\n"), null);
});

void test("a host whose network is not Deterministic makes no guest and no network", () => {
  for (const ipv6_config of [
    "RouterAdvertisement",
    "Unknown",
    { Fixed: { address: "2001:db8::1/64", gateway: "fe80::1" } },
  ] as const) {
    const other: HostosConfig = { ...host(), network_settings: { ...host().network_settings, ipv6_config } };
    const code = { code: "not-deterministic" };
    assert.throws(() => guestosConfigOf(other, { type: "default" }), code);
    assert.throws(() => hostNetworkdFiles(other, { card: "eno1", type: "HostOS" }), code);
  }
});

void test("a host's network files put the deterministic MAC on the card and the address on the bridge", () => {
  assert.deepEqual(hostNetworkdFiles(host(), { card: "eno1", type: "HostOS" }), [
    {
      name: "20-eno1.network",
      text: `[Match]
Name=eno1

[Link]
RequiredForOnline=no
MTUBytes=1500
MACAddress=6a:00:94:ef:29:78

[Network]
LLDP=true
EmitLLDP=true
Bridge=br6
`,
    },
    {
      name: "20-br6.netdev",
      text: `[NetDev]
Name=br6
Kind=bridge
MACAddress=6a:00:94:ef:29:78

[Bridge]
ForwardDelaySec=0
STP=false
`,
    },
    {
      name: "20-br6.network",
      text: `[Match]
Name=br6

[Network]
DHCP=no
IPv6AcceptRA=no
LinkLocalAddressing=ipv6
ConfigureWithoutCarrier=yes
Address=2001:db8:0:1:6800:94ff:feef:2978/64
DNS=2606:4700:4700::1111
DNS=2606:4700:4700::1001
DNS=2001:4860:4860::8888
DNS=2001:4860:4860::8844

[Route]
Gateway=2001:db8:0:1::1
GatewayOnLink=yes
`,
    },
  ]);
  const [card] = hostNetworkdFiles(host(), { card: "enp65s0f0", type: "SetupOS" });
  assert.match(card?.text ?? "", /MACAddress=6a:0f:94:ef:29:78/);
  for (const name of ["", "../eno1", "a b", "eno1\n[Match]", "sixteencharacters"])
    assert.throws(() => hostNetworkdFiles(host(), { card: name, type: "HostOS" }), { code: "invalid-interface" });
});

void test("guests' tap devices belong to the account that runs guests and are ports of the bridge", () => {
  const taps = [guestTap("GuestOS"), guestTap("UpgradeGuestOS"), guestTap("GuestOS", 1)];
  const files = hostNetworkdFiles(host(), { card: undefined, type: "HostOS", taps });
  assert.deepEqual(
    files.map(({ name }) => name),
    [
      "20-br6.netdev",
      "20-br6.network",
      "20-guest0.netdev",
      "20-guest0.network",
      "20-upgrade0.netdev",
      "20-upgrade0.network",
      "20-guest1.netdev",
      "20-guest1.network",
    ],
  );
  assert.deepEqual(
    files.slice(2, 4).map(({ text }) => text),
    [
      `[NetDev]
Name=guest0
Kind=tap

[Tap]
User=guest-vm
VNetHeader=yes
`,
      `[Match]
Name=guest0

[Link]
RequiredForOnline=no

[Network]
LinkLocalAddressing=no
Bridge=br6
`,
    ],
  );
});

void test("a host is named after its management controller", () => {
  assert.equal(hostHostname(host()), "host-000000000000");
});
