const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/** Whether 32 bytes are the encoding of a point on edwards25519 (RFC 8032, 5.1.3) that is not of small order. */
export function isEd25519Point(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const value = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  const sign = value >> 255n;
  const y = value & (2n ** 255n - 1n);
  if (y >= P) return false;
  const yy = (y * y) % P;
  const xx = mod((yy - 1n) * power(mod(D * yy + 1n), P - 2n));
  if (xx === 0n) return false; // y is 1 or -1: order 1 or 2
  if (power(xx, (P - 1n) / 2n) !== 1n) return false;
  return sign <= 1n && !isTorsion(xx, yy);
}

/** Points of order 4 have y = 0; those of order 8 double to one: x² = -y² (as 2P has y = 0). */
function isTorsion(xx: bigint, yy: bigint): boolean {
  return yy === 0n || mod(xx + yy) === 0n;
}

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let factor = mod(base), rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}
