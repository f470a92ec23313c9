import { IcosError, parseJson } from "@icos/system";
import * as v from "valibot";
import { wholeNumber } from "../field-forms.ts";
import { networkSettingsSchema, type NetworkSettings, type TryState } from "./try-state.ts";

/** The persisted form of {@link TryState}. */
export const TRY_FILE = "network-settings.json";

const moment = v.object({ bootId: v.string(), uptime: wholeNumber });
const persisted = v.object({
  version: v.literal(1, "is not 1, the only version of this file"),
  state: v.variant("kind", [
    v.object({ kind: v.literal("settled"), settings: v.nullable(networkSettingsSchema) }),
    v.object({
      kind: v.literal("trying"),
      candidate: networkSettingsSchema,
      before: v.nullable(networkSettingsSchema),
      deadline: moment,
    }),
  ]),
});

export function parseTryState(text: string, file: string): TryState {
  return parseJson(persisted, text, {
    code: "invalid-try-state",
    name: "The record of tried network settings",
    file,
    next: `Remove ${file}; the settings of the node's configuration are then in force from the next start on.`,
  }).state;
}

export function formatTryState(state: TryState): string {
  return `${JSON.stringify({ version: 1, state }, null, 2)}\n`;
}

/** Reads settings to try: `network_settings` as in a GuestOS object. */
export function parseNetworkSettings(text: string, file: string): NetworkSettings {
  const next = "Write network_settings as in the GuestOS object.";
  const settings = parseJson(networkSettingsSchema, text, {
    code: "invalid-network-settings",
    name: "The network settings",
    file,
    next,
  });
  if (settings.ipv6_config !== "Unknown") return settings;
  throw new IcosError(
    "invalid-network-settings",
    "The network settings have a form of address that is not known here.",
    {
      next: "Use Fixed or RouterAdvertisement.",
      place: { file, key: "ipv6_config" },
    },
  );
}
