import { describeError, IcosError } from "@icos/system";
import type { PreparedStart } from "./prepare-start.ts";
import type { BootProgress } from "./run-state.ts";
import type { CardChange } from "./watch-card.ts";

/** What the operator reads on the host's screens. */

export function launchLines(name: string, { plan, boot }: PreparedStart): readonly string[] {
  const { identity, memoryMiB, vcpus } = plan;
  const lines = [
    `${name} runs: slot ${boot.slot} (${boot.label}), ${vcpus} CPUs, ${memoryMiB} MiB.`,
    `Its address is ${identity.ipv6}.`,
  ];
  if (identity.role.type === "upgrade") return lines;
  return [...lines, "While a node is onboarded it may take up to 10 minutes until it says that it has joined."];
}

export function bootLines(name: string, progress: BootProgress): readonly string[] {
  switch (progress) {
    case "booting":
      return [];
    case "booted":
      return [`${name} has booted.`];
    case "failed":
      return [`${name} says that its boot failed. Its console is in the serial log.`];
    case "timed-out":
      return [`${name} has not said within 5 minutes that it booted. Its console is in the serial log.`];
    case "hung":
      return [`${name} has said nothing for at least 10 minutes and has not booted: it hangs.`];
    default:
      return progress satisfies never;
  }
}

export function cardLine(name: string, change: CardChange): string {
  return change === "gone"
    ? `${name} has no network: somebody has removed its network card.`
    : `${name} is started again: it has another network card now.`;
}

export function waitLines(name: string, reason: string, delayMs: number): readonly string[] {
  const when = delayMs <= 0 ? "at once" : `in ${Math.ceil(delayMs / 1_000)} s`;
  return [`${name} ended: ${reason}. It is started again ${when}.`];
}

export function failureLines(name: string, error: unknown): readonly string[] {
  const lines = [`${name} cannot be started: ${describeError(error)}`];
  if (error instanceof IcosError && error.next !== undefined) lines.push(`What to do: ${error.next}`);
  return lines;
}
