import { readFileSync } from "node:fs";
import { test } from "node:test";
import assert from "node:assert/strict";
import { makeGuestosConfig, parseGuestosConfig } from "./guestos-config.ts";
import type { GuestosConfig, GuestosConfigInput } from "./objects/guestos-object.ts";
import { guestHostname } from "./hostname.ts";
import { nnsUrls, parseIcConfig, renderIcConfig } from "./ic-config.ts";
import { networkdFiles, renderResolvConf } from "./networkd.ts";

function config(
  network: GuestosConfigInput["network_settings"],
  more: Partial<GuestosConfigInput> = {},
): GuestosConfig {
  return makeGuestosConfig({
    config_version: "1.17.0",
    network_settings: network,
    icos_settings: {
      mgmt_mac: "00:11:22:33:44:55",
      deployment_environment: "testnet",
      nns_urls: ["http://[2001:db8::a]:8080"],
    },
    ...more,
  });
}

const fixed = { Fixed: { address: "2001:db8::6801:aeff:fe1a:9bb/64", gateway: "fe80::1" } };

void test("a fixed address with IPv4 gives this networkd file", () => {
  const files = networkdFiles(
    config({
      ipv6_config: fixed,
      ipv4_config: { address: "198.51.100.7", gateway: "198.51.100.1", prefix_length: 24 },
    }),
    { duplicateAddressDetection: true },
  );
  assert.deepEqual(files, [
    {
      name: "10-guest.network",
      text: `[Match]
Type=ether
Kind=!*
Virtualization=!container

[Link]
RequiredForOnline=no

[Network]
DHCP=no
LinkLocalAddressing=ipv6
IPv6LinkLocalAddressGenerationMode=eui64
IPv6PrivacyExtensions=no
IPv6DuplicateAddressDetection=1
IPv6AcceptRA=no
DNS=2606:4700:4700::1111
DNS=2606:4700:4700::1001
DNS=2001:4860:4860::8888
DNS=2001:4860:4860::8844
DNS=1.1.1.1
DNS=1.0.0.1
DNS=8.8.8.8
DNS=8.8.4.4

[Address]
Address=2001:db8::6801:aeff:fe1a:9bb/64
DuplicateAddressDetection=ipv6

[Route]
Gateway=fe80::1
GatewayOnLink=yes

[Address]
Address=198.51.100.7/24

[Route]
Gateway=198.51.100.1
`,
    },
  ]);
});

void test("router advertisements, without duplicate address detection, give this networkd file", () => {
  const [file] = networkdFiles(config({ ipv6_config: "RouterAdvertisement" }), { duplicateAddressDetection: false });
  assert.equal(
    file?.text,
    `[Match]
Type=ether
Kind=!*
Virtualization=!container

[Link]
RequiredForOnline=no

[Network]
DHCP=no
LinkLocalAddressing=ipv6
IPv6LinkLocalAddressGenerationMode=eui64
IPv6PrivacyExtensions=no
IPv6DuplicateAddressDetection=0
IPv6AcceptRA=yes
DNS=2606:4700:4700::1111
DNS=2606:4700:4700::1001
DNS=2001:4860:4860::8888
DNS=2001:4860:4860::8844

[IPv6AcceptRA]
Token=eui64
DHCPv6Client=no
UseDNS=no
`,
  );
});

void test("a network form of a newer host is refused when the network is made, by the field's name", () => {
  assert.throws(() => networkdFiles(config({ ipv6_config: { Delegated: {} } }), { duplicateAddressDetection: true }), {
    code: "unknown-ipv6-config",
    place: { key: "network_settings.ipv6_config" },
  });
});

void test("resolv.conf names the same servers", () => {
  assert.equal(
    renderResolvConf(config({ ipv6_config: fixed })),
    "nameserver 2606:4700:4700::1111\nnameserver 2606:4700:4700::1001\nnameserver 2001:4860:4860::8888\n" +
      "nameserver 2001:4860:4860::8844\noptions timeout:2 attempts:2\n",
  );
});

void test("the host name comes from the management MAC, the VM's kind or the developer", () => {
  const network = { ipv6_config: fixed };
  assert.equal(guestHostname(config(network)), "guest-001122334455");
  assert.equal(guestHostname(config(network, { guest_vm_type: "upgrade" })), "guest-upgrade-001122334455");
  const chosen = { guestos_dev_settings: { hostname: "node-1" } };
  assert.equal(guestHostname(config(network, { guestos_settings: chosen })), "node-1");
});

void test("ic.json5 of the full configuration equals the golden file", () => {
  const read = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
  const full = parseGuestosConfig(read("guestos_v1.17.0.json"), "config.json");
  assert.equal(renderIcConfig(full, "2001:db8:7:0:6801:94ff:feef:2978"), read("ic_v1.17.0.golden"));
});

void test("a compressed address gives the right network in ic.json5", () => {
  const { firewall } = parseIcConfig(renderIcConfig(config({ ipv6_config: fixed }), "2001:db8::1"), "ic.json5");
  assert.deepEqual(firewall.default_rules[0]?.ipv6_prefixes, ["2001:db8::/64"]);
});

void test("ic.json5 is read back with its defaults", () => {
  const ic = parseIcConfig(renderIcConfig(config({ ipv6_config: fixed }), "2001:0DB8::1"), "ic.json5");
  assert.equal(ic.transport.node_ip, "2001:db8::1");
  assert.equal(ic.http_handler.listen_addr, "[2001:db8::1]:8080");
  assert.equal(ic.artifact_pool.backup.retention_time_secs, 86_400);
  assert.equal(ic.hypervisor.query_stats_epoch_length, 600);
  assert.deepEqual(ic.initial_ipv4_config, { public_address: "", public_gateway: "" });
  assert.deepEqual(nnsUrls(ic).map(String), ["http://[2001:db8::a]:8080/"]);
});

void test("ic.json5 may be written as JSON5", () => {
  const text = renderIcConfig(config({ ipv6_config: fixed }), "2001:db8::1");
  const spelled = `// upstream's form\n${text.replace('"transport"', "transport").replace(/\}\n$/, ",}\n")}`;
  assert.deepEqual(parseIcConfig(spelled, "ic.json5"), parseIcConfig(text, "ic.json5"));
});

void test("ic.json5 with wrong fields is refused by their names, and what is no JSON5 at all too", () => {
  const text = renderIcConfig(config({ ipv6_config: fixed }), "2001:db8::1").replace("4100", `"x"`);
  assert.throws(() => parseIcConfig(text, "ic.json5"), {
    code: "invalid-ic-config",
    place: { file: "ic.json5", key: "transport.listening_port" },
  });
  assert.throws(() => parseIcConfig("{", "ic.json5"), { code: "invalid-ic-config" });
});
