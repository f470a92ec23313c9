import assert from "node:assert/strict";
import { test } from "node:test";
import { CHIP, VCEK_FILE } from "../../test/sev-fixture.ts";
import { hardwareIdOf, issuersPath, vcekFileName, vcekPath } from "./chip.ts";
import { parseCpuInfo, productOf } from "./product.ts";
import { readTcbVersion } from "./tcb.ts";

void test("the product follows from the processor's family and model", () => {
  const product = (family: number, model: number, vendor = "AuthenticAMD") => productOf({ vendor, family, model });
  assert.deepEqual(
    [product(0x19, 0x01), product(0x19, 0x11), product(0x19, 0xa0), product(0x1a, 0x02), product(0x1a, 0x11)],
    ["Milan", "Genoa", "Genoa", "Turin", "Turin"],
  );
  for (const other of [product(0x17, 0x31), product(0x19, 0x21), product(0x1a, 0x44), product(0x19, 1, "GenuineIntel")])
    assert.equal(other, undefined);
});

void test("/proc/cpuinfo is read by the first processor, whatever else it says", () => {
  const text =
    "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC 7313\nflags\t\t: fpu sme sev sev_snp\n\n" +
    "processor\t: 1\nvendor_id\t: Other\n";
  const cpu = parseCpuInfo(text);
  assert.deepEqual([cpu?.vendor, cpu?.family, cpu?.model], ["AuthenticAMD", 25, 1]);
  assert.ok(cpu?.flags.has("sev_snp") && !cpu.flags.has("sev_es"));
  for (const none of ["", "processor: 0\n", "vendor_id: x\ncpu family: y\nmodel: 1\n"])
    assert.equal(parseCpuInfo(none), undefined);
});

void test("the places of the patch levels depend on the product", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  assert.deepEqual(readTcbVersion(bytes, "Milan"), { bootLoader: 1, tee: 2, snp: 7, microcode: 8 });
  assert.deepEqual(readTcbVersion(bytes, "Turin"), { fmc: 1, bootLoader: 2, tee: 3, snp: 4, microcode: 8 });
});

void test("a Milan's certificate has upstream's file name and address", () => {
  assert.equal(vcekFileName(CHIP), VCEK_FILE);
  const id = "eabe7110".repeat(16);
  assert.equal(vcekPath(CHIP), `/vcek/v1/Milan/${id}?blSPL=03&teeSPL=00&snpSPL=23&ucodeSPL=213`);
  assert.equal(issuersPath("Milan"), "/vcek/v1/Milan/cert_chain");
});

void test("a Turin's has the short id and five levels", () => {
  const padded = Buffer.concat([Buffer.from("6bb1229b7692b710", "hex"), Buffer.alloc(56)]);
  const chip = {
    product: "Turin",
    hardwareId: hardwareIdOf(padded, "Turin"),
    reportedTcb: { fmc: 1, bootLoader: 1, tee: 1, snp: 4, microcode: 82 },
  } as const;
  assert.equal(vcekFileName(chip), "vcek_6bb1229b7692b710_fmc01_bl01_tee01_snp04_ucode82.der");
  assert.equal(vcekPath(chip), "/vcek/v1/Turin/6bb1229b7692b710?fmcSPL=01&blSPL=01&teeSPL=01&snpSPL=04&ucodeSPL=82");
});
