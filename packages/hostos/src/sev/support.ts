import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CpuModel, parseCpuInfo, productOf, SEV_PRODUCTS, type SevProduct } from "./product.ts";

/** What processor and kernel say of SEV-SNP. */
export interface SevFacts {
  readonly cpu: CpuModel | undefined;
  /** Of the kernel; words in the order in which they stand. */
  readonly kernelParameters: readonly string[];
  /** KVM gives SEV-SNP to guests. */
  readonly kvm: boolean;
  /** The secure processor's device is there. */
  readonly device: boolean;
}

/** Something that stands in the way, and what to do about it. */
export interface Missing {
  readonly what: string;
  readonly next: string;
}

export type SevSupport =
  | { readonly kind: "supported"; readonly product: SevProduct }
  | { readonly kind: "unsupported"; readonly missing: readonly Missing[] };

const BIOS =
  "In the BIOS, enable SMEE, SEV-SNP and SNP memory coverage (RMP table), and leave SEV ASIDs to SNP (ASID space limit above 1).";

/** Parameters that the kernel does without SEV-SNP for. Its address translation for devices has to be on, and strict. */
const IN_THE_WAY = new Set([
  "mem_encrypt=off",
  "sev=nosnp",
  "kvm_amd.sev=0",
  "kvm_amd.sev_es=0",
  "kvm_amd.sev_snp=0",
  "iommu=off",
  "iommu=pt",
  "iommu.passthrough=1",
  "amd_iommu=off",
]);

/** Reads the facts below a root directory. */
export async function readSevFacts(root = "/"): Promise<SevFacts> {
  const text = (path: string): Promise<string> => readFile(join(root, path), "utf8").catch(() => "");
  const kvm = (await text("sys/module/kvm_amd/parameters/sev_snp")).trim();
  return {
    cpu: parseCpuInfo(await text("proc/cpuinfo")),
    kernelParameters: (await text("proc/cmdline")).split(/\s+/).filter(Boolean),
    kvm: kvm === "Y" || kvm === "1",
    device: await access(join(root, "dev/sev")).then(
      () => true,
      () => false,
    ),
  };
}

/** Everything that is missing, in the order in which it has to be there. */
export function judgeSevSupport({ cpu, kernelParameters, kvm, device }: SevFacts): SevSupport {
  const product = cpu && productOf(cpu);
  if (!cpu || !product) return { kind: "unsupported", missing: [wrongProcessor(cpu)] };
  const missing: Missing[] = [];
  const absent = ["sme", "sev", "sev_es", "sev_snp"].filter((flag) => !cpu.flags.has(flag));
  if (absent.length > 0) {
    missing.push({
      what: `The processor (${product}) has these features switched off: ${absent.join(", ")}.`,
      next: BIOS,
    });
  }
  const obstacles = kernelParameters.filter((word) => IN_THE_WAY.has(word));
  if (obstacles.length > 0) {
    missing.push({
      what: `The kernel was started with ${obstacles.join(" ")}, which keeps SEV-SNP off.`,
      next: "Start the kernel without that.",
    });
  }
  if (!device) {
    missing.push({
      what: "There is no /dev/sev: the kernel has found no secure processor.",
      next: `${BIOS} The kernel's messages about \`ccp\` say more.`,
    });
  }
  if (!kvm) {
    missing.push({
      what: "KVM does not give SEV-SNP to guests (kvm_amd's parameter sev_snp is not Y).",
      next: "The kernel's messages about `SEV-SNP` and `kvm_amd` say why; most of the time it is the BIOS.",
    });
  }
  return missing.length === 0 ? { kind: "supported", product } : { kind: "unsupported", missing };
}

function wrongProcessor(cpu: CpuModel | undefined): Missing {
  const next = `Use a machine with one of ${SEV_PRODUCTS.join(", ")}, or set enable_trusted_execution_environment to false.`;
  if (!cpu) return { what: "The kernel does not tell which processor this is.", next };
  const { vendor, family, model } = cpu;
  const which = `${vendor}, family 0x${family.toString(16)}, model 0x${model.toString(16)}`;
  return { what: `The processor (${which}) is none of AMD's with SEV-SNP that are known here.`, next };
}
