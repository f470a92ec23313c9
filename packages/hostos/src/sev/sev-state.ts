import { IcosError, makeDirectory, parseJson, readFileIfExists } from "@icos/system";
import { randomBytes } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import { SEV_PRODUCTS } from "./product.ts";

export const SEV_STATE_FILE = "/run/icos/sev/state.json";

const missing = v.pipe(v.array(v.object({ what: v.string(), next: v.string() })), v.readonly());
const level = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));

/** What stands in {@link SEV_STATE_FILE}, for who starts the guest and who shows the host's state. */
export const sevStateSchema = v.variant("kind", [
  /** The configuration does not ask for it. */
  v.object({ kind: v.literal("off") }),
  /** This machine cannot do it; it stays that way until it is started again. */
  v.object({ kind: v.literal("unsupported"), missing }),
  /** The certificate is not there yet. */
  v.object({ kind: v.literal("waiting"), problem: v.string(), next: v.nullable(v.string()) }),
  v.object({
    kind: v.literal("ready"),
    product: v.picklist(SEV_PRODUCTS),
    hardwareId: v.pipe(v.string(), v.hexadecimal()),
    reportedTcb: v.object({ fmc: v.optional(level), bootLoader: level, tee: level, snp: level, microcode: level }),
    /** VCEK, ASK and ARK: `sev_cert_chain_pem` of the GuestOS object. */
    chainPem: v.string(),
  }),
]);
export type SevState = v.InferOutput<typeof sevStateSchema>;

/** Nothing before the first state of this boot. @throws IcosError `sev-state-invalid` */
export async function readSevState(file = SEV_STATE_FILE): Promise<SevState | undefined> {
  const text = await readFileIfExists(file);
  if (!text) return undefined;
  return parseJson(sevStateSchema, text.toString(), { code: "sev-state-invalid", name: "The state of SEV-SNP", file });
}

/** Readers see the old state or the new one. */
export async function writeSevState(state: SevState, file = SEV_STATE_FILE): Promise<void> {
  await makeDirectory(dirname(file));
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  await writeFile(temporary, `${JSON.stringify(state)}\n`, { mode: 0o644 });
  await rename(temporary, file);
}

/**
 * What the configuration of a guest under SEV-SNP needs.
 * @throws IcosError `sev-unsupported`, `sev-waiting`
 */
export function chainForGuest(state: SevState = { kind: "off" }): string {
  if (state.kind === "ready") return state.chainPem;
  throw whyNot(state);
}

function whyNot(state: Exclude<SevState, { kind: "ready" }>): IcosError {
  switch (state.kind) {
    case "unsupported": {
      const what = state.missing.map((each) => each.what).join(" ");
      return new IcosError(
        "sev-unsupported",
        `This machine cannot run the guest in a trusted execution environment: ${what}`,
        { next: state.missing[0]?.next, details: { missing: state.missing } },
      );
    }
    case "waiting":
      return new IcosError("sev-waiting", `The chip's certificate is not there yet: ${state.problem}`, {
        next: state.next ?? undefined,
      });
    case "off":
      return new IcosError("sev-waiting", "Nobody has looked at this machine's SEV-SNP yet.", {
        next: "Look at sev-certificates.service.",
      });
    default:
      return state satisfies never;
  }
}
