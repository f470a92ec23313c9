import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetworkState } from "../network/network-state.ts";
import { duration, explain, type Tone } from "./explain.ts";
import { SILENT_AFTER_MS, type GuestReport, type Observation, type Situation } from "./situation.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const HEALTHY: GuestReport = { state: "healthy", nodeId: "node-id", detail: "replica of subnet abc", at: NOW - 5_000 };

const NETWORK_STATE: NetworkState = {
  choice: { kind: "gateway-silent", card: "eno1", speed: 10_000, tried: ["eno1", "eno2"], cards: 2 },
  mac: "6a:00:01:02:03:04",
  address: "2001:db8::1/64",
  gateway: "2001:db8::ff",
  resolvers: [],
  otherManagementMac: null,
};

const NODE: Observation = {
  now: NOW,
  recovering: false,
  host: { kind: "ready" },
  configProblem: undefined,
  network: { bridge: "up", addresses: ["2001:db8::1"] },
  networkState: undefined,
  vm: { kind: "running", since: NOW - 10 * MINUTE, bootFailed: false },
  report: HEALTHY,
  slot: { running: "A", state: { alternative: "A", cycle: "stable" } },
  failedUnits: [],
  varUsed: 0.2,
  upgrade: undefined,
};

interface Case {
  readonly when: string;
  readonly change: Partial<Observation>;
  readonly kind: Situation["kind"];
  readonly tone: Tone;
  /** Of story and next action. */
  readonly says?: RegExp;
}

const report = (state: GuestReport["state"], detail?: string, at = NOW - 1_000): Partial<Observation> => ({
  report: { state, nodeId: undefined, detail, at },
});
const failed = (failures: number, retryAt?: number): Partial<Observation> => ({
  vm: { kind: "failed", failures, reason: "QEMU ended by signal SIGKILL", retryAt },
});

const CASES: readonly Case[] = [
  { when: "all is well", change: {}, kind: "healthy", tone: "good", says: /^Replica of subnet abc\. *$/ },
  {
    when: "healthy without words",
    change: report("healthy"),
    kind: "healthy",
    tone: "good",
    says: /follows the network/,
  },
  { when: "the host boots", change: { host: { kind: "starting" } }, kind: "host-starting", tone: "waiting" },
  {
    when: "the host's boot program failed",
    change: { host: { kind: "failed", reason: "The volume B_var is missing" } },
    kind: "host-failed",
    tone: "bad",
    says: /The volume B_var is missing\. Restart/,
  },
  {
    when: "the configuration is wrong, which is why the host does not get ready",
    change: { host: { kind: "starting" }, configProblem: "network_settings: is missing" },
    kind: "configuration-invalid",
    tone: "bad",
    says: /network_settings/,
  },
  {
    when: "recovery runs, whatever else is the case",
    change: { recovering: true, ...failed(3) },
    kind: "recovering",
    tone: "waiting",
  },
  {
    when: "the guest's machine failed once",
    change: failed(1),
    kind: "guest-failing",
    tone: "bad",
    says: /failed once: QEMU/,
  },
  {
    when: "the guest's machine failed often and is tried again",
    change: failed(4, NOW + 90_000),
    kind: "guest-failing",
    tone: "bad",
    says: /4 times in a row.*SIGKILL\. The next try is in 1 min 30 s\..*guestos-alternative swap/,
  },
  { when: "the next try is due", change: failed(2, NOW - 1), kind: "guest-failing", tone: "bad", says: /try is now/ },
  {
    when: "somebody stopped the guest",
    change: { vm: { kind: "stopped" } },
    kind: "guest-stopped",
    tone: "bad",
    says: /restart-guestos/,
  },
  { when: "the runner has said nothing", change: { vm: { kind: "unknown" } }, kind: "guest-starting", tone: "waiting" },
  {
    when: "the runner prepares",
    change: { vm: { kind: "starting", since: NOW } },
    kind: "guest-starting",
    tone: "waiting",
  },
  {
    when: "there is no network card",
    change: { vm: { kind: "unknown" }, network: { bridge: "missing", addresses: [] } },
    kind: "network-missing",
    tone: "bad",
  },
  {
    when: "no card is chosen yet because no cable is in",
    change: {
      vm: { kind: "unknown" },
      network: { bridge: "missing", addresses: [] },
      networkState: { ...NETWORK_STATE, choice: { kind: "no-link" } },
    },
    kind: "no-carrier",
    tone: "bad",
    says: /Check the cable/,
  },
  {
    when: "the cable is out while the guest starts",
    change: { ...report("starting", "polls the registry"), network: { bridge: "no-carrier", addresses: [] } },
    kind: "no-carrier",
    tone: "bad",
    says: /Check the cable/,
  },
  {
    when: "the cable is out and the guest is unhealthy",
    change: { ...report("unhealthy"), network: { bridge: "no-carrier", addresses: ["2001:db8::1"] } },
    kind: "no-carrier",
    tone: "bad",
  },
  {
    when: "there is no address yet",
    change: { vm: { kind: "starting", since: NOW }, network: { bridge: "up", addresses: [] } },
    kind: "no-address",
    tone: "waiting",
  },
  {
    when: "a healthy guest does not depend on what the host sees of the network",
    change: { network: { bridge: "up", addresses: [] } },
    kind: "healthy",
    tone: "good",
  },
  {
    when: "the machine runs and the guest has not reported",
    change: { vm: { kind: "running", since: NOW - 40_000, bootFailed: false }, report: undefined },
    kind: "guest-booting",
    tone: "waiting",
    says: /40 s/,
  },
  {
    when: "the only report is of the machine before this one",
    change: {
      vm: { kind: "running", since: NOW - 40_000, bootFailed: false },
      report: { ...HEALTHY, at: NOW - 50_000 },
    },
    kind: "guest-booting",
    tone: "waiting",
  },
  {
    when: "the guest has never reported",
    change: { vm: { kind: "running", since: NOW - SILENT_AFTER_MS, bootFailed: false }, report: undefined },
    kind: "guest-silent",
    tone: "bad",
    says: /5 min\..*view-logs guestos/,
  },
  {
    when: "the guest's console says that its boot failed",
    change: { vm: { kind: "running", since: NOW - 40_000, bootFailed: true }, report: undefined },
    kind: "guest-boot-failed",
    tone: "bad",
  },
  {
    when: "the guest reports although its console said that its boot failed",
    change: { vm: { kind: "running", since: NOW - 40_000, bootFailed: true } },
    kind: "healthy",
    tone: "good",
  },
  {
    when: "the guest has stopped reporting",
    change: { report: { ...HEALTHY, at: NOW - 9 * MINUTE } },
    kind: "guest-silent",
    tone: "bad",
    says: /9 min/,
  },
  {
    when: "the guest starts",
    change: report("starting"),
    kind: "guest-working",
    tone: "waiting",
    says: /GuestOS is starting/,
  },
  {
    when: "the guest registers",
    change: report("starting", "waits for its registration"),
    kind: "guest-working",
    tone: "waiting",
    says: /^Waits for its registration\.$/,
  },
  {
    when: "the operator's allowance is used up",
    change: report("starting", "The join request failed: Operator abc has no quota left for another node."),
    kind: "guest-working",
    tone: "waiting",
    says: /no quota left.*larger node allowance/,
  },
  {
    when: "the operator's key is missing",
    change: report("starting", "The node operator's key /x.pem is missing, so the node cannot join."),
    kind: "guest-working",
    tone: "waiting",
    says: /node_operator_private_key\.pem on the stick/,
  },
  {
    when: "the operator is unknown",
    change: report("starting", "There is no node operator record for abc."),
    kind: "guest-working",
    tone: "waiting",
    says: /your node operator record/,
  },
  {
    when: "the registry cannot be reached",
    change: report("starting", "connect ENETUNREACH 2602::1:443"),
    kind: "guest-working",
    tone: "waiting",
    says: /TCP 443/,
  },
  {
    when: "the guest is unhealthy without words",
    change: report("unhealthy"),
    kind: "guest-unhealthy",
    tone: "bad",
    says: /not why.*diagnostics/,
  },
  {
    when: "what the guest says would clear the screen",
    change: report("unhealthy", "\u001b[2J\u001b[Hall is well\u0007"),
    kind: "guest-unhealthy",
    tone: "bad",
    says: /^All is well\?/,
  },
];

for (const { when, change, kind, tone, says = /./ } of CASES) {
  void test(`when ${when}, the node is said to be ${kind}`, () => {
    const explanation = explain({ ...NODE, ...change });
    assert.equal(explanation.kind, kind);
    assert.equal(explanation.tone, tone);
    assert.match(`${explanation.story} ${explanation.next ?? ""}`.trim(), says);
    assert.ok(explanation.title.length <= 40, explanation.title);
    if (tone === "bad" && kind !== "guest-failing") assert.notEqual(explanation.next, undefined);
  });
}

void test("a gateway that was silent, and a board that may be another one, stand beside the situation", () => {
  const networkState = { ...NETWORK_STATE, otherManagementMac: "b0:7b:25:c8:f6:c0" };
  const board =
    "The management controller has the MAC address b0:7b:25:c8:f6:c0, which is not the configured one. Was the board replaced?";
  assert.deepEqual(explain({ ...NODE, networkState }).notices, [board]);
  assert.deepEqual(explain({ ...NODE, networkState, ...report("starting") }).notices, [
    "At the start, the gateway 2001:db8::ff answers through no network card (tried eno1, eno2), eno1 is used. " +
      "Check cables, VLAN and `ipv6_gateway`.",
    board,
  ]);
});

void test("what else is worth knowing stands beside the situation", () => {
  const { notices, kind } = explain({
    ...NODE,
    slot: { running: "B", state: { alternative: "B", cycle: "failsafe_check" } },
    failedUnits: ["a.service", "b.service", "c.service", "d.service"],
    varUsed: 0.957,
  });
  assert.equal(kind, "healthy");
  assert.deepEqual(notices, [
    "HostOS in slot B is new and not confirmed; unless the guest gets healthy, it goes back.",
    "The host's /var is 95 % full.",
    "Failed: a.service, b.service, c.service and 1 more.",
  ]);
  const waiting = explain({ ...NODE, slot: { running: "A", state: { alternative: "B", cycle: "first_boot" } } });
  assert.deepEqual(waiting.notices, ["An upgrade of HostOS waits in slot B for a restart."]);
  const upgrade = { format: 1, version: "h2", sha256: "2", slot: "B", installedAt: 1 } as const;
  const why = "the guest runs and has not reported after 20 minutes";
  const gaveUp = explain({ ...NODE, upgrade: { ...upgrade, outcome: { kind: "gave-up", at: 2, why } } });
  assert.deepEqual(gaveUp.notices, [`Version h2 of HostOS was given up: ${why}.`]);
  assert.deepEqual(
    explain({ ...NODE, upgrade: { ...upgrade, outcome: { kind: "confirmed", at: 2, why } } }).notices,
    [],
  );
  assert.deepEqual(explain(NODE).notices, []);
});

void test("durations are told in the units a person would use", () => {
  assert.deepEqual([0, 59, 60, 61, 3600, 100_000, 200_000].map(duration), [
    "0 s",
    "59 s",
    "1 min",
    "1 min 1 s",
    "1 h 0 min",
    "27 h 46 min",
    "2 days",
  ]);
});
