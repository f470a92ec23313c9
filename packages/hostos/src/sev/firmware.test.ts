import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlledDevice } from "./device-control.ts";
import { SEV_COMMAND, SEV_ISSUE_CMD, sevFirmware } from "./firmware.ts";
import { readChip } from "./read-chip.ts";
import { parseSnpStatus } from "./snp-status.ts";

const CHIP_ID = Buffer.alloc(64, 0xab);
/** API 1.55, initialised, RMP initialised, build 21; current TCB 4/0/24/219, reported 3/0/23/213. */
const STATUS = Buffer.from("0137010115000000000000000200000004000000000018db03000000000017d5", "hex");

/** Stands for the kernel's driver: it finds a command's data by its address, as the kernel does. */
function fakeDevice(answers: { status?: Buffer; id?: Buffer; error?: number; idLength?: number } = {}) {
  const memory = new Map<bigint, Buffer>();
  const requests: number[] = [];
  const device: ControlledDevice = {
    addressOf(buffer) {
      const address = 0x7000_0000_0000n + BigInt(memory.size) * 0x1000n;
      memory.set(address, buffer);
      return address;
    },
    control(request, argument) {
      requests.push(request, argument.readUInt32LE(0));
      argument.writeUInt32LE(answers.error ?? 0, 12);
      if (answers.error !== undefined) return false;
      const data = memory.get(argument.readBigUInt64LE(4));
      if (argument.readUInt32LE(0) === SEV_COMMAND.snpPlatformStatus)
        (answers.status ?? STATUS).copy(data ?? Buffer.of());
      else {
        (answers.id ?? CHIP_ID).copy(memory.get(data?.readBigUInt64LE(0) ?? 0n) ?? Buffer.of());
        data?.writeUInt32LE(answers.idLength ?? 64, 8);
      }
      return true;
    },
    close: () => undefined,
  };
  return { firmware: sevFirmware(device), requests };
}

void test("status and id are asked for with the kernel's structures", () => {
  const { firmware, requests } = fakeDevice();
  const status = firmware.snpStatus();
  assert.deepEqual([status.api, status.build, status.initialised], [{ major: 1, minor: 55 }, 21, true]);
  assert.deepEqual([...status.reportedTcb], [3, 0, 0, 0, 0, 0, 23, 213]);
  assert.deepEqual([...status.currentTcb], [4, 0, 0, 0, 0, 0, 24, 219]);
  assert.deepEqual(Buffer.from(firmware.chipId()), CHIP_ID);
  assert.deepEqual(requests, [SEV_ISSUE_CMD, 9, SEV_ISSUE_CMD, 8]);
});

void test("the chip is told by its id and the reported versions, not the current ones", () => {
  const reading = readChip(fakeDevice().firmware, "Milan");
  assert.equal(reading.kind, "chip");
  if (reading.kind !== "chip") return;
  assert.deepEqual(reading.chip.reportedTcb, { bootLoader: 3, tee: 0, snp: 23, microcode: 213 });
});

void test("what the firmware refuses is said in words", () => {
  const message = (error: number) => ({ code: "sev-firmware-refused", message: new RegExp(MESSAGES[error] ?? "?") });
  const MESSAGES: Record<number, string> = { 0x16: "not supported", 0: "kernel refused", 0x77: "error 0x77" };
  for (const error of [0x16, 0, 0x77]) assert.throws(() => fakeDevice({ error }).firmware.snpStatus(), message(error));
});

void test("an id of zeros or of another length, and a status of another length or state, are refused", () => {
  for (const answer of [{ id: Buffer.alloc(64) }, { idLength: 128 }])
    assert.throws(() => fakeDevice(answer).firmware.chipId(), { code: "sev-firmware-answer" });
  assert.throws(() => parseSnpStatus(STATUS.subarray(1)), { code: "sev-firmware-answer", message: /31 bytes/ });
  const odd = Buffer.from(STATUS);
  odd[2] = 9;
  assert.throws(() => parseSnpStatus(odd), { code: "sev-firmware-answer", message: /state \(offset 2\)/ });
});

void test("a firmware that is not initialised or hides the chip makes it unusable, with all reasons", () => {
  const status = Buffer.from(STATUS);
  status[2] = 0;
  status[8] = 0b011;
  const reading = readChip(fakeDevice({ status }).firmware, "Milan");
  assert.equal(reading.kind, "unusable");
  if (reading.kind !== "unusable") return;
  assert.match(
    reading.missing.map(({ what }) => what).join("\n"),
    /not initialised SNP\.\n.*MASK_CHIP_ID and MASK_CHIP_KEY/,
  );
});
