import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import { HastyClock, inDirectory, LinesLogger } from "../../test/sev-fixture.ts";
import { prepareSev, type PrepareSevModules } from "./prepare-sev.ts";
import { chainForGuest, readSevState, type SevState, writeSevState } from "./sev-state.ts";

const unused = (what: string) => (): never => assert.fail(`${what} was used`);

function modules(changes: Partial<PrepareSevModules>): PrepareSevModules {
  return {
    facts: unused("the machine"),
    openDevice: unused("the device"),
    cache: { read: unused("the cache"), write: unused("the cache") },
    kds: { fetch: unused("the server") },
    roots: { Milan: "", Genoa: "", Turin: "" },
    clock: new HastyClock(),
    logger: new LinesLogger(),
    ...changes,
  };
}

const supported = {
  facts: () =>
    Promise.resolve({
      cpu: { vendor: "AuthenticAMD", family: 0x19, model: 1, flags: new Set(["sme", "sev", "sev_es", "sev_snp"]) },
      kernelParameters: [],
      kvm: true,
      device: true,
    }),
};

void test("switched off, nothing is looked at", async () => {
  assert.deepEqual(await prepareSev(false, modules({})), { kind: "off" });
});

void test("a machine that cannot do it is told so without asking its firmware", async () => {
  const facts = { cpu: undefined, kernelParameters: [], kvm: false, device: false };
  const state = await prepareSev(true, modules({ facts: () => Promise.resolve(facts) }));
  assert.equal(state.kind, "unsupported");
});

void test("a firmware that refuses makes the machine unsupported, and the device is closed", async () => {
  let closed = 0;
  const openDevice = () =>
    Promise.resolve({ addressOf: () => 0n, control: () => false, close: () => void (closed += 1) });
  const state = await prepareSev(true, modules({ ...supported, openDevice }));
  assert.equal(state.kind, "unsupported");
  assert.throws(() => chainForGuest(state), { code: "sev-unsupported", message: /kernel refused/ });
  assert.equal(closed, 1);
});

/** A firmware that shows the chip's id and levels. */
function openDevice() {
  const status = Buffer.alloc(32);
  status[2] = 1;
  const buffers: Buffer[] = [];
  return Promise.resolve({
    addressOf: (buffer: Buffer) => BigInt(buffers.push(buffer)),
    control: (_: number, argument: Buffer) => {
      if (argument.readUInt32LE(0) === 9) status.copy(buffers.at(-1) ?? status);
      else {
        buffers.at(-2)?.fill(7);
      }
      return true;
    },
    close: () => undefined,
  });
}

function whenServerSays(answer: IcosError): Promise<SevState> {
  const cache = { read: () => Promise.resolve(undefined), write: () => Promise.resolve() };
  return prepareSev(true, modules({ ...supported, openDevice, kds: { fetch: () => Promise.reject(answer) }, cache }));
}

void test("while there is no certificate, the state says why and what to do", async () => {
  const state = await whenServerSays(new IcosError("kds-unavailable", "No network.", { next: "Plug the cable in." }));
  assert.deepEqual(state, { kind: "waiting", problem: "No network.", next: "Plug the cable in." });
  assert.throws(() => chainForGuest(state), { code: "sev-waiting", message: /No network/ });
});

void test("a chip that AMD has no certificate for is not waited for", async () => {
  const state = await whenServerSays(new IcosError("kds-refused", "HTTP 404.", { next: "Update the BIOS." }));
  assert.deepEqual(state, { kind: "unsupported", missing: [{ what: "HTTP 404.", next: "Update the BIOS." }] });
  assert.throws(() => chainForGuest(state), { code: "sev-unsupported", message: /HTTP 404/ });
});

void test("a state is read back as it was written, and gives the guest its chain", async () => {
  await inDirectory(async (directory) => {
    const file = join(directory, "sev/state.json");
    assert.equal(await readSevState(file), undefined);
    assert.throws(() => chainForGuest(undefined), { code: "sev-waiting" });
    const ready: SevState = {
      kind: "ready",
      product: "Turin",
      hardwareId: "6bb1229b7692b710",
      reportedTcb: { fmc: 1, bootLoader: 1, tee: 1, snp: 4, microcode: 82 },
      chainPem: "-----BEGIN CERTIFICATE-----\n",
    };
    for (const state of [ready, { kind: "off" } as const]) {
      await writeSevState(state, file);
      assert.deepEqual(await readSevState(file), state);
    }
    assert.equal(chainForGuest(ready), ready.chainPem);
    assert.throws(() => chainForGuest({ kind: "off" }), { code: "sev-waiting" });
  });
});
