import { IcosError } from "@icos/system";

/** What `parse` gives, or undefined when it refuses the input in the project's own words. Anything else it throws is a fault. */
export function unlessRefused<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof IcosError) return undefined;
    throw error;
  }
}

/** UTF-8, with replacement characters for what is none. */
export function textOf(data: Uint8Array): string {
  return Buffer.from(data).toString("utf8");
}
