import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import { checkTlsCertificate, makeTlsCertificate } from "./tls-certificate.ts";

const NODE = "gfvbo-licaa-aaaaa-aaaap-2ai";
const NOW = Date.parse("2026-03-01T12:00:00.500Z");
const key = generateKeyPairSync("ed25519").privateKey;

const problemsOf = (der: Uint8Array, nodeId = NODE, now = NOW, owner = key): unknown => {
  try {
    checkTlsCertificate(der, owner, nodeId, now);
  } catch (error) {
    assert.ok(error instanceof IcosError);
    assert.equal(error.code, "tls-certificate-invalid");
    return error.details["problems"];
  }
  return [];
};

void test("the certificate follows every rule of a node's certificate", () => {
  const der = makeTlsCertificate(key, NODE, NOW);
  const certificate = new X509Certificate(der);
  assert.equal(certificate.subject, `CN=${NODE}`);
  assert.equal(certificate.issuer, `CN=${NODE}`);
  assert.equal(certificate.ca, false);
  assert.equal(certificate.validFromDate.toISOString(), "2026-03-01T11:58:00.000Z");
  assert.equal(certificate.validToDate.toISOString(), "9999-12-31T23:59:59.000Z");
  assert.ok(certificate.publicKey.equals(createPublicKey(key)));
  assert.ok(certificate.verify(certificate.publicKey));
  assert.ok(certificate.checkPrivateKey(key));
  assert.ok(certificate.raw.equals(der));
  assert.match(certificate.serialNumber, /^[4-7][0-9A-F]{31}$/);
  assert.ok(der.includes("99991231235959Z"), "notAfter is a GeneralizedTime in exactly this form");
  assert.ok(der.includes("\u0017\u000d260301115800Z"), "a year before 2050 is a UTCTime");
  assert.ok(der.includes(Buffer.from("a003020102", "hex")), "the version is 3");
  assert.deepEqual(problemsOf(der), []);
});

void test("OpenSSL signs what it parsed: the same certificate re-encoded is the same bytes", () => {
  const der = makeTlsCertificate(key, NODE, NOW);
  assert.deepEqual(Buffer.from(new X509Certificate(der).toString().replace(/-----[^-]+-----|\s/g, ""), "base64"), der);
});

void test("two certificates of the same key and moment have different serial numbers", () => {
  const serial = (): string => new X509Certificate(makeTlsCertificate(key, NODE, NOW)).serialNumber;
  assert.notEqual(serial(), serial());
});

void test("a clock before 1970 and one after 2050 still give a parsable notBefore", () => {
  const from = (now: number): string =>
    new X509Certificate(makeTlsCertificate(key, NODE, now)).validFromDate.toISOString();
  assert.equal(from(0), "1970-01-01T00:00:00.000Z");
  assert.equal(from(Date.parse("2050-01-01T00:02:00Z")), "2050-01-01T00:00:00.000Z");
});

void test("a certificate that breaks a rule is refused with the rule's name", () => {
  const der = makeTlsCertificate(key, NODE, NOW);
  const other = generateKeyPairSync("ed25519").privateKey;
  assert.deepEqual(problemsOf(der, "aaaaa-aa"), [`its subject is CN=${NODE}, not CN=aaaaa-aa`]);
  assert.deepEqual(problemsOf(der, NODE, NOW, other), ["it belongs to another key"]);
  assert.deepEqual(problemsOf(der, NODE, NOW - 600_000), ["it is not valid before Mar  1 11:58:00 2026 GMT"]);
  assert.deepEqual(problemsOf(Buffer.from("30030201")), ["it is not an X.509 certificate"]);
  const forged = Buffer.from(der);
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  assert.deepEqual(problemsOf(forged), ["its signature does not verify"]);
});
