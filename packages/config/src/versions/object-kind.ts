import type { ObjectKind } from "../objects/config-objects.ts";
import { isJsonObject } from "../objects/json-path.ts";

/** Which object a document is, by the settings that only it has; `undefined` when it is none. */
export function kindOfDocument(document: unknown): ObjectKind | undefined {
  if (!isJsonObject(document) || !("config_version" in document)) return undefined;
  if ("setupos_settings" in document) return "SetupOS";
  return "hostos_settings" in document ? "HostOS" : "GuestOS";
}
