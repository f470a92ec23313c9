import { IcosError } from "@icos/system";
import type { ControlledDevice } from "./device-control.ts";
import { parseSnpStatus, SNP_STATUS_LENGTH, type SnpStatus } from "./snp-status.ts";

/** The SEV firmware of this machine, as the kernel's driver lets it be asked. */
export interface SevFirmware {
  /** @throws IcosError `sev-firmware-refused`, `sev-firmware-answer` */
  snpStatus(): SnpStatus;
  /** 64 bytes. @throws IcosError `sev-firmware-refused`, `sev-firmware-answer` */
  chipId(): Uint8Array;
}

export const SEV_DEVICE = "/dev/sev";

/** `SEV_ISSUE_CMD`: _IOWR('S', 0, struct sev_issue_cmd). */
export const SEV_ISSUE_CMD = 0xc010_5300;
/** `struct sev_issue_cmd`, packed: command, address of its data, error of the firmware. */
const ISSUE = { length: 16, command: 0, data: 4, error: 12 } as const;
/** `struct sev_user_data_get_id2`, packed: address of the id, its length (in and out). */
const GET_ID = { length: 12, address: 0, size: 8 } as const;
export const SEV_COMMAND = { getId: 8, snpPlatformStatus: 9 } as const;
const CHIP_ID_LENGTH = 64;

/** `sev_ret_code`; those that a reading command may meet. */
const FIRMWARE_ERRORS: Readonly<Record<number, string>> = {
  0x0001: "the platform is in another state",
  0x0004: "the length is wrong",
  0x0012: "the command is not known",
  0x0014: "the hardware has a platform error",
  0x0015: "the hardware is in an unsafe state",
  0x0016: "the feature is not supported",
  0x0017: "a parameter is wrong",
  0xffff_ffff: "the firmware was not asked",
};

export function sevFirmware(device: ControlledDevice): SevFirmware {
  const issue = (what: string, command: number, data: Buffer): void => {
    const request = allocate(ISSUE.length);
    request.writeUInt32LE(command, ISSUE.command);
    request.writeBigUInt64LE(device.addressOf(data), ISSUE.data);
    if (!device.control(SEV_ISSUE_CMD, request)) throw refused(what, request.readUInt32LE(ISSUE.error));
  };
  return {
    snpStatus() {
      const status = allocate(SNP_STATUS_LENGTH);
      issue("status of SNP", SEV_COMMAND.snpPlatformStatus, status);
      return parseSnpStatus(status);
    },
    chipId() {
      const id = allocate(CHIP_ID_LENGTH);
      const data = allocate(GET_ID.length);
      data.writeBigUInt64LE(device.addressOf(id), GET_ID.address);
      data.writeUInt32LE(id.length, GET_ID.size);
      issue("chip's id", SEV_COMMAND.getId, data);
      const length = data.readUInt32LE(GET_ID.size);
      if (length !== CHIP_ID_LENGTH || id.every((byte) => byte === 0)) {
        throw new IcosError("sev-firmware-answer", `The SEV firmware gave a chip id of ${length} bytes that is none.`);
      }
      return Uint8Array.from(id);
    },
  };
}

/** Memory that stays where it is: the engine may move the bytes of a small typed array of its own. */
function allocate(length: number): Buffer {
  return Buffer.from(new ArrayBuffer(length));
}

function refused(what: string, error: number): IcosError {
  const why = error === 0 ? "the kernel refused" : (FIRMWARE_ERRORS[error] ?? `error 0x${error.toString(16)}`);
  return new IcosError("sev-firmware-refused", `The SEV firmware did not tell the ${what}: ${why}.`, {
    next: "Look at the kernel's messages about `ccp` and `SEV-SNP`; a newer BIOS brings newer firmware.",
    details: { error },
  });
}
