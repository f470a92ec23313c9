import { test } from "node:test";
import assert from "node:assert/strict";
import { deterministicIpv6, deterministicMac, NODE_TYPES, parseNodeType, slaacAddress } from "./address.ts";

const mac = (
  mgmtMac: string,
  environment: "mainnet" | "testnet",
  type: Parameters<typeof deterministicMac>[0]["type"],
) => deterministicMac({ mgmtMac, environment, type });

void test("MAC addresses equal the vectors of the network", () => {
  assert.equal(mac("70:B5:E8:E8:25:DE", "testnet", "HostOS"), "6a:00:f8:87:a4:8a");
  assert.equal(mac("3c:ec:ef:6b:37:99", "mainnet", "GuestOS"), "6a:01:f4:09:d7:2a");
  assert.equal(mac("00-11-22-33-44-55", "testnet", "GuestOS"), "6a:01:ae:1a:09:bb");
  assert.equal(mac("00:11:22:33:44:55", "testnet", "UpgradeGuestOS"), "6a:02:ae:1a:09:bb");
  assert.equal(mac("00:11:22:33:44:55", "testnet", "SetupOS"), "6a:0f:ae:1a:09:bb");
});

void test("a slot takes the upper half of the type byte, and its own byte from 16 on", () => {
  const inSlot = (slot: number): string =>
    deterministicMac({ mgmtMac: "00:11:22:33:44:55", environment: "testnet", type: "GuestOS", slot });
  assert.equal(inSlot(0), "6a:01:ae:1a:09:bb");
  assert.equal(inSlot(1), "6a:11:ae:1a:09:bb");
  assert.equal(inSlot(15), "6a:f1:ae:1a:09:bb");
  assert.equal(inSlot(16), "7a:01:10:ae:1a:09");
  assert.equal(inSlot(255), "7a:01:ff:ae:1a:09");
  for (const slot of [-1, 1.5, 256]) assert.throws(() => inSlot(slot), { code: "invalid-slot" });
});

void test("every node type and slot of a machine has its own MAC address", () => {
  const all = NODE_TYPES.flatMap((type) =>
    Array.from({ length: 256 }, (_, slot) =>
      deterministicMac({ mgmtMac: "b0:7b:25:c8:f6:c0", environment: "mainnet", type, slot }),
    ),
  );
  assert.equal(new Set(all).size, NODE_TYPES.length * 256);
});

void test("IPv6 addresses equal the vectors of the network", () => {
  const ipv6 = (
    prefix: string,
    mgmtMac: string,
    environment: "mainnet" | "testnet",
    type: (typeof NODE_TYPES)[number],
  ) => deterministicIpv6(prefix, { mgmtMac, environment, type });
  const zero = "00:00:00:00:00:00";
  assert.equal(
    ipv6("2602:FFE4:801:17", "b0:7b:25:c8:f6:c0", "mainnet", "GuestOS"),
    "2602:ffe4:801:17:6801:ff:feec:bd51",
  );
  assert.equal(ipv6("2001:db8", zero, "testnet", "GuestOS"), "2001:db8::6801:94ff:feef:2978");
  assert.equal(ipv6("2001:db8::", zero, "testnet", "UpgradeGuestOS"), "2001:db8::6802:94ff:feef:2978");
  assert.equal(ipv6("2001:db8::", zero, "mainnet", "HostOS"), "2001:db8::6800:d8ff:fecb:f597");
});

void test("EUI-64 inverts the universal bit and refuses what is no prefix", () => {
  assert.equal(slaacAddress("2a04:9dc0:0:108", "6a:01:e5:96:2d:49"), "2a04:9dc0:0:108:6801:e5ff:fe96:2d49");
  assert.equal(slaacAddress("::", "00:00:00:00:00:00"), "::200:ff:fe00:0");
  assert.equal(slaacAddress("::", "ff:ff:ff:ff:ff:ff"), "::fdff:ffff:feff:ffff");
  for (const prefix of ["1234:::", "gggg::", "1:2:3:4:5", "1:2:3:4:5:6:7:8:9", ""]) {
    assert.throws(() => slaacAddress(prefix, "00:00:00:00:00:00"), { code: "invalid-prefix" }, prefix);
  }
});

void test("a node type is read whatever its case and punctuation", () => {
  assert.equal(parseNodeType("upgrade-guest-os"), "UpgradeGuestOS");
  assert.equal(parseNodeType("hostos"), "HostOS");
  assert.throws(() => parseNodeType("boundary"), { code: "unknown-node-type" });
});
