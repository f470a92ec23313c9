import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootState } from "@icos/slots";
import type { RunState } from "../guest-vm/run-state.ts";
import { CONFIRMATION_DEADLINE_MS, planConfirmation, type ConfirmationFacts } from "./plan-confirmation.ts";

const UNCONFIRMED: BootState = { alternative: "B", cycle: "failsafe_check" };
const RUNNING: RunState = {
  version: 1,
  name: "guestos",
  state: {
    kind: "running",
    since: 1,
    pid: 7,
    directBoot: true,
    slot: "A",
    label: "stable",
    boot: "booted",
  },
  boots: 1,
  failures: 0,
  lastFailure: null,
  machine: null,
  warnings: [],
};

function facts(change: Partial<ConfirmationFacts>): ConfirmationFacts {
  return {
    state: UNCONFIRMED,
    running: "B",
    upMs: 60_000,
    hasGuest: true,
    health: undefined,
    guestVm: RUNNING,
    deadlineMs: CONFIRMATION_DEADLINE_MS,
    ...change,
  };
}

const health = (state: "starting" | "healthy" | "unhealthy", detail: string | null = null) =>
  ({ state, "node-id": null, detail, at: 1 }) as const;

void test("a confirmed version, and one that is about to be replaced, have nothing to confirm", () => {
  assert.equal(planConfirmation(facts({ state: { alternative: "B", cycle: "stable" } })).kind, "nothing");
  assert.equal(planConfirmation(facts({ state: { alternative: "A", cycle: "first_boot" } })).kind, "nothing");
});

void test("a version is confirmed when its guest says that it is healthy, and not because the machine runs", () => {
  assert.deepEqual(planConfirmation(facts({ health: health("healthy") })), {
    kind: "confirm",
    why: "the guest is healthy",
  });
  for (const each of [undefined, health("starting"), health("unhealthy", "the registry cannot be read")])
    assert.equal(planConfirmation(facts({ health: each })).kind, "wait");
});

void test("without a guest on the disk it is confirmed as soon as the runner works", () => {
  assert.equal(planConfirmation(facts({ hasGuest: false, guestVm: undefined })).kind, "wait");
  assert.equal(planConfirmation(facts({ hasGuest: false })).kind, "confirm");
  const failed = (code: string): RunState => ({
    ...RUNNING,
    state: { kind: "failed", since: 1, reason: "it is so", code, next: null },
  });
  for (const code of ["partition-table-invalid", "partition-missing"])
    assert.equal(planConfirmation(facts({ hasGuest: false, guestVm: failed(code) })).kind, "confirm", code);
  for (const code of ["kvm-unusable", "not-enough-memory", "no-guest-disk"])
    assert.deepEqual(planConfirmation(facts({ hasGuest: false, guestVm: failed(code) })), {
      kind: "wait",
      for: "the guest cannot be started: it is so",
    });
});

void test("what is waited for is said in words, and at the deadline it is why the version is given up", () => {
  const waiting: RunState = { ...RUNNING, state: { kind: "waiting", since: 1, reason: "no KVM", retryAt: 2 } };
  const cases = [
    [facts({ guestVm: undefined }), "the runner of the guest has not started"],
    [facts({}), "the guest runs and has not reported"],
    [facts({ guestVm: waiting }), "the guest cannot be started: no KVM"],
    [facts({ health: health("unhealthy", "no registry") }), "the guest is unhealthy: no registry"],
    [facts({ health: health("starting") }), "the guest is starting"],
  ] as const;
  for (const [each, missing] of cases) {
    assert.deepEqual(planConfirmation(each), { kind: "wait", for: missing });
    assert.deepEqual(planConfirmation({ ...each, upMs: CONFIRMATION_DEADLINE_MS }), {
      kind: "give-up",
      why: `${missing} after 20 minutes`,
    });
  }
});

void test("a guest that is healthy at the last moment counts", () => {
  const plan = planConfirmation(facts({ health: health("healthy"), upMs: CONFIRMATION_DEADLINE_MS * 2 }));
  assert.equal(plan.kind, "confirm");
});
