import { CONFIG_OBJECTS, CONFIG_VERSION } from "./objects/config-objects.ts";
import type { GuestosConfig, GuestosConfigInput } from "./objects/guestos-object.ts";
import { formatObject, makeObject, readObject, type ConfigDocument } from "./objects/read-object.ts";

export const GUESTOS_CONFIG_VERSION = CONFIG_VERSION;

/**
 * Reads a GuestOS object (`config.json`). Every problem is reported at once, by the path of its field, in an
 * {@link IcosError} `invalid-guestos-config`. A private key inside the file (upstream hosts put one there) is left
 * out of the result and of every message; {@link readGuestosDocument} gives it.
 */
export function parseGuestosConfig(text: string, file: string): GuestosConfig {
  return readGuestosDocument(text, file).config;
}

export function readGuestosDocument(text: string, file: string): ConfigDocument<GuestosConfig> {
  return readObject(CONFIG_OBJECTS.GuestOS, text, file);
}

/** A checked object from what a program wrote down, with defaults filled in. */
export function makeGuestosConfig(input: GuestosConfigInput): GuestosConfig {
  return makeObject(CONFIG_OBJECTS.GuestOS, input);
}

/** The object as `config.json` holds it. */
export function formatGuestosConfig(config: GuestosConfig): string {
  return formatObject(config);
}
