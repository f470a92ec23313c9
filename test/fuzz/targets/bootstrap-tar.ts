import { readBootstrapTar } from "../../../packages/config/src/bootstrap-tar.ts";
import { unlessRefused } from "../harness/refusal.ts";

export function fuzz(data: Uint8Array): void {
  unlessRefused(() => readBootstrapTar(data));
}
