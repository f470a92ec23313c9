import assert from "node:assert/strict";
import { test } from "node:test";
import { candidateCards, type InterfaceFacts } from "./card-candidates.ts";
import { cardLink } from "./card-link.ts";

const card = (name: string, more: Partial<InterfaceFacts> = {}): InterfaceFacts => ({
  name,
  type: "1",
  hasDevice: true,
  wireless: false,
  bus: "pci",
  ...more,
});

void test("wired cards with a predictable name are candidates, by name", () => {
  const interfaces = [
    card("lo", { type: "772", hasDevice: false }),
    card("enp65s0f1np1"),
    card("eno2"),
    card("eno10"),
    card("ens3", { bus: "virtio" }),
    card("enP1p1s0f0"),
    card("enx0a1b2c3d4e5f", { bus: "usb" }),
    card("enp0s20f0u8u3c2", { bus: "usb" }),
    card("enp4s0", { wireless: true }),
    card("enp5s0", { type: "32" }),
    card("ibp5s0", { type: "32" }),
    card("wlp3s0", { wireless: true }),
    card("eno1.100", { hasDevice: false }),
    card("br6", { hasDevice: false }),
    card("guest0", { hasDevice: false }),
    card("eth0"),
  ];
  assert.deepEqual(candidateCards(interfaces), {
    cards: ["eno2", "eno10", "enP1p1s0f0", "enp65s0f1np1", "ens3"],
    unusualNames: false,
  });
});

void test("where no card has such a name, any wired one counts", () => {
  assert.deepEqual(candidateCards([card("eth1"), card("eth0"), card("eth2", { bus: "usb" })]), {
    cards: ["eth0", "eth1"],
    unusualNames: true,
  });
  assert.deepEqual(candidateCards([card("wlan0", { wireless: true })]), { cards: [], unusualNames: false });
});

void test("speed is a number of Mb/s or unknown", () => {
  const speeds = ["10000", "-1", "4294967295", "", "0", "fast", undefined].map(
    (text) => cardLink("a", "1", text).speed,
  );
  assert.deepEqual(speeds, [10_000, ...Array.from({ length: 6 }, () => undefined)]);
  assert.deepEqual(
    ["1", "0", undefined].map((text) => cardLink("a", text, "10").link),
    [true, false, false],
  );
});
