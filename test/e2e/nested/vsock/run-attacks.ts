import { vsockGuestTransport } from "@icos/vsock";
import { ATTACKS, GOOD } from "./attacks.ts";
import type { Finding } from "./findings.ts";
import { GuestConnections } from "./guest-connections.ts";

/** A program for the guest of a nested node: attacks the host's server and prints what it found, as JSON. */
const connections = new GuestConnections(vsockGuestTransport());
const findings: Finding[] = [];
for (const [attack, run] of Object.entries(ATTACKS)) {
  const answers: Record<string, number> = {};
  for (const answer of await run(connections)) answers[answer] = (answers[answer] ?? 0) + 1;
  const start = performance.now();
  const good = await connections.ask(GOOD);
  findings.push({ attack, answers, good, milliseconds: Math.round(performance.now() - start) });
  connections.closeAll();
}
process.stdout.write(JSON.stringify(findings));
