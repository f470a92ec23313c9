import { parseDataCenterList } from "../../../packages/bootstrap/src/data-center-directory.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

export function fuzz(data: Uint8Array): void {
  unlessRefused(() => parseDataCenterList(textOf(data)));
}
