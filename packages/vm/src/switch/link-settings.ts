import * as v from "valibot";
import { parseWith } from "@icos/system";
import type { LinkSettings } from "./link.ts";

const atLeastZero = v.pipe(v.number(), v.finite(), v.minValue(0));

/** Bandwidth is 0 (not limited) or at least this: below, one frame takes minutes. */
const MINIMUM_BANDWIDTH = 1_000;

export const linkSettingsSchema = v.object({
  delayMs: v.pipe(atLeastZero, v.maxValue(60_000)),
  jitterMs: v.pipe(atLeastZero, v.maxValue(60_000)),
  lossPercent: v.pipe(atLeastZero, v.maxValue(100)),
  bandwidthBitsPerSecond: v.pipe(
    atLeastZero,
    v.check((bits) => bits === 0 || bits >= MINIMUM_BANDWIDTH, `must be 0 or at least ${MINIMUM_BANDWIDTH}`),
  ),
});

export function checkLinkSettings(settings: LinkSettings, port: string): LinkSettings {
  return parseWith(linkSettingsSchema, settings, {
    code: "link-settings-invalid",
    name: `The link of port ${port}`,
  });
}
