/** Bytes of a packet without extension fields or authentication. */
const LENGTH = 48;
/** RFC 5905: seconds from 1900 to 1970. */
const EPOCH_OFFSET = 2_208_988_800;
const MODE = { client: 3, server: 4 } as const;
/** What a machine's own clock is worth to others (as chrony's `local stratum 10`). */
const STRATUM = 10;
const REFERENCE_ID = Buffer.from([127, 127, 1, 1]);
/** log2 seconds: the clock is read in milliseconds. */
const PRECISION = -10;
/** 16.16 fixed point seconds. */
const ROOT_DISPERSION = 0x0000_0290;

export const NTP_OFFSET = { origin: 24, receive: 32, transmit: 40 } as const;

/**
 * The answer to a client's request (SNTPv4, RFC 4330 section 6 and RFC 5905), or `undefined` when it is none.
 * Times are milliseconds since the Unix epoch.
 */
export function answerNtp(request: Uint8Array, receivedAt: number, now: () => number): Buffer | undefined {
  const [first = 0] = request;
  const version = (first >> 3) & 0x07;
  if (request.length < LENGTH || (first & 0x07) !== MODE.client || version < 1 || version > 4) return undefined;
  const answer = Buffer.alloc(LENGTH);
  answer.writeUInt8((version << 3) | MODE.server, 0);
  answer.writeUInt8(STRATUM, 1);
  answer.writeUInt8(request[2] ?? 0, 2); // the client's poll interval
  answer.writeInt8(PRECISION, 3);
  answer.writeUInt32BE(ROOT_DISPERSION, 8);
  answer.set(REFERENCE_ID, 12);
  answer.writeBigUInt64BE(ntpTimestamp(receivedAt), 16);
  answer.set(request.subarray(NTP_OFFSET.transmit, NTP_OFFSET.transmit + 8), NTP_OFFSET.origin);
  answer.writeBigUInt64BE(ntpTimestamp(receivedAt), NTP_OFFSET.receive);
  answer.writeBigUInt64BE(ntpTimestamp(now()), NTP_OFFSET.transmit);
  return answer;
}

/** Milliseconds since the Unix epoch as 32.32 fixed point seconds since 1900, modulo 2^32 seconds (the era). */
export function ntpTimestamp(milliseconds: number): bigint {
  const seconds = Math.floor(milliseconds / 1000);
  const fraction = Math.floor(((milliseconds - seconds * 1000) / 1000) * 2 ** 32);
  return BigInt.asUintN(64, (BigInt(seconds + EPOCH_OFFSET) << 32n) | BigInt(fraction));
}

/** The time that a timestamp means, taking the era nearest to `near` (both in milliseconds since the Unix epoch). */
export function ntpTime(timestamp: bigint, near: number): number {
  const difference = BigInt.asIntN(64, timestamp - ntpTimestamp(near));
  return near + (Number(difference) / 2 ** 32) * 1000;
}
