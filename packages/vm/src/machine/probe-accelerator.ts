import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { systemErrorCode, type SpawnCommand } from "@icos/system";
import { QEMU_PROGRAM } from "./render-qemu.ts";

export interface ProbeAcceleratorOptions {
  /** A kernel and an initial RAM disk that print `marker` on the serial console and switch the machine off. */
  readonly kernel: string;
  readonly initrd: string;
  readonly marker: string;
  /** Default: `console=ttyS0 panic=-1`. */
  readonly commandLine?: string | undefined;
  /** Default 10 s: with hardware acceleration a small kernel is through in one. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default `/dev/kvm`. */
  readonly device?: string | undefined;
}

/** The accelerator to use, and why not the better one. */
export type ProbedAccelerator = { readonly kind: "kvm" } | { readonly kind: "tcg"; readonly reason: string };

const TIMEOUT_MS = 10_000;
const OUTPUT_BYTES = 256 * 1024;

/**
 * Whether KVM boots a stock kernel here. A `/dev/kvm` that exists may not be allowed, and one that opens may still not
 * run a guest (nested and para-virtual hosts), so a kernel is booted. Never rejects for what it finds.
 */
export async function probeAccelerator(
  options: ProbeAcceleratorOptions,
  { wrap }: { readonly wrap: SpawnCommand },
): Promise<ProbedAccelerator> {
  const device = options.device ?? "/dev/kvm";
  const refused = await whyNotOpened(device);
  if (refused !== undefined) return { kind: "tcg", reason: refused };
  const failure = await whyNotBooted(options, wrap);
  if (failure === undefined) return { kind: "kvm" };
  return { kind: "tcg", reason: `${device} is there, but a probe machine ${failure}` };
}

async function whyNotOpened(device: string): Promise<string | undefined> {
  try {
    const file = await open(device, "r+");
    await file.close();
    return undefined;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT") return `there is no ${device}`;
    if (code === "EACCES" || code === "EPERM") {
      return `this user may not open ${device} (membership in the group kvm usually allows it)`;
    }
    return `${device} cannot be opened (${code ?? String(error)})`;
  }
}

/** The command of the probe machine; like a real one, it dies with its parent. */
export function probeCommand(options: ProbeAcceleratorOptions, wrap: SpawnCommand): readonly string[] {
  const { kernel, initrd, commandLine = "console=ttyS0 panic=-1" } = options;
  const machine = "-nodefaults -no-user-config -display none -no-reboot -machine q35,usb=off -accel kvm -cpu host";
  return wrap([
    ..."setpriv --pdeathsig KILL --".split(" "),
    QEMU_PROGRAM,
    ...machine.split(" "),
    ..."-m size=256M -serial stdio".split(" "),
    ...Object.entries({ "-kernel": kernel, "-initrd": initrd, "-append": commandLine }).flat(),
  ]);
}

function whyNotBooted(options: ProbeAcceleratorOptions, wrap: SpawnCommand): Promise<string | undefined> {
  const [program = "", ...args] = probeCommand(options, wrap);
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let serial = "";
  let stderr = "";
  let ended: string | undefined;

  function end(reason: string): void {
    ended ??= reason;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, "SIGKILL");
    }
  }
  const stop = (): void => end("was stopped");
  options.signal?.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => end(`did not finish within ${timeoutMs / 1_000} s`), timeoutMs);

  child.stdout.setEncoding("utf8").on("data", (text: string) => (serial = (serial + text).slice(-OUTPUT_BYTES)));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-OUTPUT_BYTES);
    // QEMU then keeps the dead machine for a debugger.
    if (stderr.includes("KVM internal error")) end("met a KVM internal error");
  });
  child.once("error", (error) => finish(`could not be started: ${error.message}`));
  child.once("close", (code, signal) => {
    const booted = serial.includes(options.marker);
    if (ended === undefined && code === 0 && booted) finish(undefined);
    else {
      const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      finish(`${ended ?? `${how}${booted ? "" : " before its program ran"}`}${detail()}`);
    }
  });

  function detail(): string {
    const last = lastLine(stderr) ?? lastLine(serial);
    return last === undefined ? "" : ` (${last})`;
  }
  function finish(reason: string | undefined): void {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
    resolve(reason);
  }
  return promise;
}

/** The last line with something to read in it, without control characters. */
function lastLine(text: string): string | undefined {
  const lines = text.split(/[\r\n]+/).map((line) => line.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "").trim());
  return lines.findLast((line) => line !== "")?.slice(0, 200);
}
