import type { ObservedTestnet, TargetTestnet } from "./observation.ts";
import { isSettled } from "./planner.ts";

/** One phase of the bring-up, as far as it can be seen from the present state. */
export interface PhaseProgress {
  readonly phase: string;
  readonly done: boolean;
  readonly text: string;
}

/** How far the bring-up is. Pure, so it is right after a resume too. */
export function progressOf(target: TargetTestnet, observed: ObservedTestnet): PhaseProgress[] {
  const powered = [...target.powered];
  const counted = (phase: string, names: readonly string[], is: (name: string) => boolean): PhaseProgress => {
    const count = names.filter(is).length;
    return { phase, done: count === names.length, text: `${count} of ${names.length}` };
  };
  const node = (name: string) => observed.nodes.get(name);
  const subnets = target.subnets.map((subnet) => subnet.name);
  const exists = (name: string): boolean =>
    target.subnets.some(
      (subnet) => subnet.name === name && subnet.nodes.some((member) => node(member)?.subnetId !== undefined),
    );
  const services = observed.services === "running";
  return [
    { phase: "Network and registry", done: services, text: services ? "running" : "starting" },
    counted("Virtual machines started", powered, (name) => node(name)?.machine.kind === "running"),
    counted("Nodes booted", powered, (name) => answers(node(name))),
    counted("Nodes registered", powered, (name) => node(name)?.nodeId !== undefined),
    ...(subnets.length > 0 ? [counted("Subnets created", subnets, exists)] : []),
    counted("Nodes ready", powered, (name) => isSettled(name, target, observed)),
  ];
}

function answers(node: { readonly answers: { readonly sinceStart: boolean } } | undefined): boolean {
  return node?.answers.sinceStart ?? false;
}
