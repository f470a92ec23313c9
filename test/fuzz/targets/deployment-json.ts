import { parseDeploymentJson } from "../../../packages/config/src/inputs/deployment-json.ts";

/** Problems are part of the answer: nothing may be thrown. */
export function fuzz(data: Uint8Array): void {
  parseDeploymentJson(data);
}
