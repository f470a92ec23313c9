import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { inDirectory } from "../../test/sev-fixture.ts";
import { judgeSevSupport, readSevFacts, type SevFacts } from "./support.ts";

const MILAN: SevFacts = {
  cpu: { vendor: "AuthenticAMD", family: 0x19, model: 1, flags: new Set(["sme", "sev", "sev_es", "sev_snp"]) },
  kernelParameters: ["root=/dev/x", "quiet"],
  kvm: true,
  device: true,
};

function missing(change: Partial<SevFacts>): string {
  const support = judgeSevSupport({ ...MILAN, ...change });
  return support.kind === "supported" ? "" : support.missing.map(({ what }) => what).join("\n");
}

void test("a machine that has everything is supported, by its product", () => {
  assert.deepEqual(judgeSevSupport(MILAN), { kind: "supported", product: "Milan" });
});

void test("each thing that is missing is named, and all at once", () => {
  assert.match(missing({ cpu: undefined }), /does not tell/);
  const intel = { vendor: "GenuineIntel", family: 6, model: 106, flags: new Set<string>() };
  assert.match(missing({ cpu: intel }), /GenuineIntel, family 0x6, model 0x6a/);
  assert.match(missing({ device: false }), /no \/dev\/sev/);
  assert.match(missing({ kvm: false }), /sev_snp is not Y/);
  for (const word of ["iommu=pt", "mem_encrypt=off", "kvm_amd.sev_snp=0", "amd_iommu=off", "sev=nosnp"])
    assert.match(missing({ kernelParameters: ["quiet", word] }), new RegExp(`started with ${word}`));
  const flags = new Set(["sme", "sev"]);
  const all = missing({ cpu: { vendor: "AuthenticAMD", family: 0x19, model: 1, flags }, kvm: false, device: false });
  assert.match(all, /switched off: sev_es, sev_snp\.\n.*\/dev\/sev.*\n.*KVM/);
});

void test("the facts are read where the kernel tells them; what is not there counts as absent", async () => {
  await inDirectory(async (root) => {
    const none = await readSevFacts(root);
    assert.deepEqual(none, { cpu: undefined, kernelParameters: [], kvm: false, device: false });
    const put = async (path: string, text: string): Promise<void> => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    };
    await put("proc/cpuinfo", "vendor_id: AuthenticAMD\ncpu family: 25\nmodel: 17\nflags: sme sev sev_es sev_snp\n");
    await put("proc/cmdline", "root=/dev/x quiet\n");
    await put("sys/module/kvm_amd/parameters/sev_snp", "Y\n");
    await put("dev/sev", "");
    assert.deepEqual(judgeSevSupport(await readSevFacts(root)), { kind: "supported", product: "Genoa" });
  });
});
