/** Processors with SEV-SNP, by the names that AMD's key distribution server uses. */
export const SEV_PRODUCTS = ["Milan", "Genoa", "Turin"] as const;
export type SevProduct = (typeof SEV_PRODUCTS)[number];

export interface CpuModel {
  /** `AuthenticAMD`, … */
  readonly vendor: string;
  readonly family: number;
  readonly model: number;
  readonly flags: ReadonlySet<string>;
}

/** The first processor of `/proc/cpuinfo`; `undefined` where it is not told, as outside of x86. */
export function parseCpuInfo(text: string): CpuModel | undefined {
  const fields = new Map<string, string>();
  for (const line of (text.split(/\n\s*\n/)[0] ?? "").split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const number = (name: string): number => Number.parseInt(fields.get(name) ?? "", 10);
  const [family, model] = [number("cpu family"), number("model")];
  const vendor = fields.get("vendor_id");
  if (vendor === undefined || Number.isNaN(family) || Number.isNaN(model)) return undefined;
  return { vendor, family, model, flags: new Set((fields.get("flags") ?? "").split(" ").filter(Boolean)) };
}

/** By family and model (AMD 57230; Bergamo and Siena have the keys of Genoa). */
export function productOf({
  vendor,
  family,
  model,
}: Pick<CpuModel, "vendor" | "family" | "model">): SevProduct | undefined {
  if (vendor !== "AuthenticAMD") return undefined;
  const within = (first: number, last: number): boolean => model >= first && model <= last;
  if (family === 0x19 && within(0x00, 0x0f)) return "Milan";
  if (family === 0x19 && (within(0x10, 0x1f) || within(0xa0, 0xaf))) return "Genoa";
  if (family === 0x1a && within(0x00, 0x11)) return "Turin";
  return undefined;
}
