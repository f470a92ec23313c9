import { IcosError, parseWith } from "@icos/system";
import { guestosConfigSchema, type GuestosConfig, type GuestosConfigInput } from "./guestos-schema.ts";
import { Secret } from "./secret.ts";

const CODE = "invalid-guestos-config";
const NAME = "The GuestOS configuration";
const NEXT = "Correct the named fields on the host and start the machine again.";

/**
 * Reads a GuestOS object (`config.json`). Every problem is reported at once, by the path of its field, in an
 * {@link IcosError} `invalid-guestos-config`. A private key inside the file (upstream hosts put one there) is left
 * out of the result and of every message; {@link readGuestosDocument} gives it.
 */
export function parseGuestosConfig(text: string, file: string): GuestosConfig {
  return readGuestosDocument(text, file).config;
}

export interface GuestosDocument {
  readonly config: GuestosConfig;
  /** `icos_settings.node_operator_private_key`, when the host put the key inside the object. */
  readonly operatorKey: Secret | undefined;
}

export function readGuestosDocument(text: string, file: string): GuestosDocument {
  const value = parseJsonQuietly(text, file);
  const operatorKey = operatorKeyOf(value);
  const config = parseWith(guestosConfigSchema, value, { code: CODE, name: NAME, file, next: NEXT });
  return { config, operatorKey };
}

/** A checked object from what a program wrote down, with defaults filled in. */
export function makeGuestosConfig(input: GuestosConfigInput): GuestosConfig {
  return parseWith(guestosConfigSchema, input, { code: CODE, name: NAME });
}

/** The object as `config.json` holds it. */
export function formatGuestosConfig(config: GuestosConfig): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** JSON without the excerpt of the text that a syntax error usually shows: the text may hold a key. */
function parseJsonQuietly(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    const before = position === undefined ? text : text.slice(0, Number(position));
    const line = before.split("\n").length;
    throw new IcosError(CODE, `${NAME} is not JSON: there is an error in line ${line}.`, {
      next: "Write the file again on the host and start the machine again.",
      place: { file, line },
    });
  }
}

function operatorKeyOf(value: unknown): Secret | undefined {
  if (!isRecord(value) || !isRecord(value["icos_settings"])) return undefined;
  const key = value["icos_settings"]["node_operator_private_key"];
  return typeof key === "string" && key !== "" ? new Secret(key) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
