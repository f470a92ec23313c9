import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { CONFIG_OBJECTS, hostNetworkdFiles, makeObject } from "@icos/config";
import { chosenCard } from "./card-choice.ts";
import { chooseCard } from "./choose-card.ts";
import { FakeCards, type FakeCard } from "./fake-cards.ts";
import { describeChoice } from "./network-state.ts";

const text = fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.constantFrom("", "0", "1", "-1", "1000", "NaN"));
const name = fc.oneof(
  fc.stringMatching(/^en[ops]\d{1,2}$/),
  fc.constantFrom(
    "lo",
    "eth0",
    "enx0123456789ab",
    "wlp1s0",
    "eno1\n[Match]",
    "-c",
    "..",
    "__proto__",
    "eno1234567890123",
  ),
  text,
);
const seconds = fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined });
const optionalText = fc.option(text, { nil: undefined });
const entry = (usual: string): fc.Arbitrary<string | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, optionalText);

const card: fc.Arbitrary<FakeCard> = fc.record({
  sysfs: fc.record(
    {
      type: entry("1"),
      device: entry(""),
      "device/subsystem": entry("pci"),
      wireless: optionalText,
      master: optionalText,
      carrier: entry("1"),
      speed: entry("10000"),
    },
    { requiredKeys: [] },
  ),
  linkAfter: seconds.map((value) => value ?? Infinity),
  gatewayAfter: seconds.map((value) => value ?? Infinity),
  answersEcho: fc.boolean(),
  broken: fc.boolean(),
});

const config = makeObject(CONFIG_OBJECTS.HostOS, {
  config_version: "1.17.0",
  network_settings: {
    ipv6_config: { Deterministic: { prefix: "2001:db8::", prefix_length: 64, gateway: "2001:db8::1" } },
  },
  icos_settings: { mgmt_mac: "00:11:22:33:44:55", deployment_environment: "testnet", nns_urls: [] },
});
const address = { ipv6: "2001:db8::2", prefixLength: 64, gateway: "2001:db8::1" };

void test("whatever sysfs says, there is a choice that networkd's files can be made of, within bounds, and nothing is left up", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, card), { maxLength: 5 }), async (entries) => {
      const cards = Object.fromEntries(entries);
      const machine = new FakeCards(cards);
      const choice = await chooseCard(machine, address);
      const chosen = chosenCard(choice);
      assert.equal(chosen === undefined, choice.kind === "no-card" || choice.kind === "no-link");
      assert.ok(chosen === undefined || Object.hasOwn(cards, chosen));
      assert.ok(hostNetworkdFiles(config, { card: chosen, type: "HostOS" }).length >= 2);
      assert.ok(describeChoice(choice, address.gateway).text.length > 0);
      assert.equal(machine.addresses.size, 0);
      assert.equal(machine.up.size, 0);
      assert.ok(machine.seconds <= 36 + 50 * entries.length, `${machine.seconds} s`);
      for (const command of machine.commands) assert.ok(!command.includes("\n"), command);
    }),
    { seed: 1, numRuns: 500 },
  ));
