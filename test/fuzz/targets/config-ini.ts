import { parseConfigIni } from "../../../packages/config/src/inputs/config-ini.ts";

/** Problems are part of the answer: nothing may be thrown. */
export function fuzz(data: Uint8Array): void {
  parseConfigIni(data);
}
