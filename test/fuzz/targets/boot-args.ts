import { kernelCommandLine, parseBootArgs, rootDeviceOf, rootHashOf } from "../../../packages/slots/src/index.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

export function fuzz(data: Uint8Array): void {
  const args = unlessRefused(() => parseBootArgs(textOf(data)));
  if (!args) return;
  const line = kernelCommandLine(args, "A");
  unlessRefused(() => rootHashOf(line));
  unlessRefused(() => rootDeviceOf(line));
}
