import type { bls12_381 } from "@noble/curves/bls12-381.js";

type Fields = typeof bls12_381.fields;
type Fp2 = Fields["Fp2"]["ONE"];

/** Constants of the map x ↦ x^(p^k), for k = 0, 1, …, as the library keeps them. */
export interface FrobeniusTables {
  /** ξ^((p^k - 1)/6), twelve of them. */
  readonly twelfth: readonly Fp2[];
  /** ξ^((p^k - 1)/3) and its square, six of each. */
  readonly sixth: readonly [readonly Fp2[], readonly Fp2[]];
}

/**
 * One power, then products: x^(p^(k+1) - 1) = (x^(p^k - 1))^p · x^(p - 1), and raising to p is a conjugation. The library works
 * each constant out as a power of its own, with exponents of up to 4000 bits.
 */
export function frobeniusTables({ Fp, Fp2 }: Pick<Fields, "Fp" | "Fp2">): FrobeniusTables {
  const first = Fp2.pow(Fp2.NONRESIDUE, (Fp.ORDER - 1n) / 6n);
  const twelfth: Fp2[] = [];
  for (let at = Fp2.ONE; twelfth.length < 12; at = Fp2.mul(Fp2.frobeniusMap(at, 1), first)) twelfth.push(at);
  const squares = twelfth.slice(0, 6).map((value) => Fp2.sqr(value));
  return { twelfth, sixth: [squares, squares.map((value) => Fp2.sqr(value))] };
}

/**
 * The fields, with these tables in place. The library would make them in the first verification, which takes longer than the
 * verification itself: 0.4 s under emulation. Where a version of it has no such tables, nothing is changed.
 */
export function withFrobeniusTables(fields: Fields): Fields {
  const { twelfth, sixth } = frobeniusTables(fields);
  replaceTable(fields.Fp12, "FROBENIUS_COEFFICIENTS", twelfth);
  replaceTable(fields.Fp6, "FROBENIUS_COEFFICIENTS_1", sixth[0]);
  replaceTable(fields.Fp6, "FROBENIUS_COEFFICIENTS_2", sixth[1]);
  return fields;
}

/** A field is frozen, so its class gets the new getter; other curves' fields of the class keep the old one. */
function replaceTable(field: object, name: string, table: readonly Fp2[]): void {
  const fieldClass = Object.getPrototypeOf(field) as object;
  const old = Object.getOwnPropertyDescriptor(fieldClass, name);
  if (old?.get === undefined || old.configurable !== true) return;
  Object.defineProperty(fieldClass, name, {
    ...old,
    get(this: unknown): unknown {
      return this === field ? table : old.get?.call(this);
    },
  });
}
