import { open } from "node:fs/promises";
import { IcosError } from "@icos/system";
import { parseTcb, type SevPlatform } from "./tcb.ts";

/** `SEV_ISSUE_CMD` of `linux/psp-sev.h`: read and write, 16 bytes, type `S`, number 0. */
const SEV_ISSUE_CMD = 0xc0105300n;
const SEV_GET_ID2 = 8;
const SNP_PLATFORM_STATUS = 9;

const CHIP_ID_BYTES = 64;
const STATUS_BYTES = 32;
const REPORTED_TCB_OFFSET = 24;

/** Asks the secure processor for its id and its firmware's versions. Throws `sev-firmware-failed`. */
export async function readSevPlatform(device = "/dev/sev"): Promise<SevPlatform> {
  const { dlopen, getRawPointer } = await import("node:ffi");
  const { functions: c } = dlopen("libc.so.6", {
    ioctl: { arguments: ["i32", "u64", "pointer"], return: "i32" },
  });
  const file = await open(device, "r+").catch((cause: unknown) => {
    throw new IcosError("sev-firmware-failed", `${device} cannot be opened.`, { place: { file: device }, cause });
  });
  /** `struct sev_issue_cmd`, packed: command, address of its data, error. */
  const issue = (command: number, data: Buffer): void => {
    const request = Buffer.alloc(16);
    request.writeUInt32LE(command, 0);
    request.writeBigUInt64LE(getRawPointer(data), 4);
    if (c.ioctl(file.fd, SEV_ISSUE_CMD, request) === 0) return;
    const error = request.readUInt32LE(12);
    throw new IcosError(
      "sev-firmware-failed",
      `The secure processor refused command ${command} with error 0x${error.toString(16)}.`,
      { next: "Update the machine's firmware, or enable SEV-SNP in its setup.", place: { file: device } },
    );
  };
  try {
    const chipId = Buffer.alloc(CHIP_ID_BYTES);
    const getId = Buffer.alloc(12); // address, length
    getId.writeBigUInt64LE(getRawPointer(chipId), 0);
    getId.writeUInt32LE(CHIP_ID_BYTES, 8);
    issue(SEV_GET_ID2, getId);
    const status = Buffer.alloc(STATUS_BYTES);
    issue(SNP_PLATFORM_STATUS, status);
    return { chipId, reportedTcb: parseTcb(status.subarray(REPORTED_TCB_OFFSET, REPORTED_TCB_OFFSET + 8)) };
  } finally {
    await file.close();
  }
}
