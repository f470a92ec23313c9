import { IcosError } from "@icos/system";

/** What the SNP firmware says of the platform; a part of `struct sev_user_data_snp_status`. */
export interface SnpStatus {
  readonly api: { readonly major: number; readonly minor: number };
  readonly build: number;
  /** The firmware was initialised for SNP (SNP_INIT). */
  readonly initialised: boolean;
  /** Reports do not show the chip's id. */
  readonly masksChipId: boolean;
  /** Reports are not signed by the chip's key. */
  readonly masksChipKey: boolean;
  /** Reports are signed with a key that was loaded, not with the chip's. */
  readonly vlekLoaded: boolean;
  /** `TCB_VERSION`, eight bytes each. */
  readonly currentTcb: Uint8Array;
  readonly reportedTcb: Uint8Array;
}

/** Offsets in `include/uapi/linux/psp-sev.h`, packed, little-endian. */
const OFFSET = {
  apiMajor: 0,
  apiMinor: 1,
  state: 2,
  rmpInitialised: 3,
  build: 4,
  flags: 8,
  guestCount: 12,
  currentTcb: 16,
  reportedTcb: 24,
} as const;
export const SNP_STATUS_LENGTH = 32;

const STATES = { 0: false, 1: true } as const;
const MASK_CHIP_ID = 1 << 0;
const MASK_CHIP_KEY = 1 << 1;
const VLEK_ENABLED = 1 << 2;
const TCB_LENGTH = 8;

/** @throws IcosError `sev-firmware-answer`, which names offset and field */
export function parseSnpStatus(bytes: Buffer): SnpStatus {
  if (bytes.length !== SNP_STATUS_LENGTH) {
    throw malformed("the whole", 0, `has ${bytes.length} bytes instead of ${SNP_STATUS_LENGTH}`);
  }
  const state = bytes.readUInt8(OFFSET.state);
  if (state !== 0 && state !== 1) throw malformed("state", OFFSET.state, `is ${state}, which is no known state`);
  const flags = bytes.readUInt32LE(OFFSET.flags);
  const tcb = (offset: number): Uint8Array => Uint8Array.from(bytes.subarray(offset, offset + TCB_LENGTH));
  return {
    api: { major: bytes.readUInt8(OFFSET.apiMajor), minor: bytes.readUInt8(OFFSET.apiMinor) },
    build: bytes.readUInt32LE(OFFSET.build),
    initialised: STATES[state],
    masksChipId: (flags & MASK_CHIP_ID) !== 0,
    masksChipKey: (flags & MASK_CHIP_KEY) !== 0,
    vlekLoaded: (flags & VLEK_ENABLED) !== 0,
    currentTcb: tcb(OFFSET.currentTcb),
    reportedTcb: tcb(OFFSET.reportedTcb),
  };
}

function malformed(field: string, offset: number, problem: string): IcosError {
  return new IcosError(
    "sev-firmware-answer",
    `The SNP status of the SEV firmware cannot be read: ${field} (offset ${offset}) ${problem}.`,
    { details: { field, offset } },
  );
}
