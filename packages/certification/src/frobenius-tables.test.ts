import assert from "node:assert/strict";
import { test } from "node:test";
import { __TEST } from "@noble/curves/abstract/tower.js";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import { frobeniusTables, withFrobeniusTables } from "./frobenius-tables.ts";

const { calcFrobeniusCoefficients } = __TEST;

void test("the tables are those that the library works out", () => {
  const { Fp, Fp2 } = bls12_381.fields;
  const { twelfth, sixth } = frobeniusTables(bls12_381.fields);
  const expected = (degree: number, count: number, divisor: number): unknown =>
    calcFrobeniusCoefficients(Fp2, Fp2.NONRESIDUE, Fp.ORDER, degree, count, divisor);
  assert.deepEqual([twelfth], expected(12, 1, 6));
  assert.deepEqual(sixth, expected(6, 2, 3));
});

void test("the field uses them, and the field of another curve keeps its own", () => {
  const { Fp12 } = withFrobeniusTables(bls12_381.fields);
  assert.deepEqual(Reflect.get(Fp12, "FROBENIUS_COEFFICIENTS"), frobeniusTables(bls12_381.fields).twelfth);
  const { Fp, Fp2, Fp12: other } = bn254.fields;
  const [own] = calcFrobeniusCoefficients(Fp2, Fp2.NONRESIDUE, Fp.ORDER, 12, 1, 6);
  assert.deepEqual(Reflect.get(other, "FROBENIUS_COEFFICIENTS"), own);
});

void test("the map agrees with taking the power", () => {
  const { Fp, Fp12 } = withFrobeniusTables(bls12_381.fields);
  const value = Fp12.fromBigTwelve([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, 11n, 12n]);
  assert.ok(Fp12.eql(Fp12.frobeniusMap(value, 1), Fp12.pow(value, Fp.ORDER)));
  assert.ok(Fp12.eql(Fp12.frobeniusMap(value, 3), Fp12.pow(value, Fp.ORDER ** 3n)));
});
