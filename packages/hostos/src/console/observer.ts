import type { Explanation } from "./explain.ts";
import type { NodeFacts } from "./page.ts";

/** What there is to show: where the node is, and its names and addresses. */
export interface Status {
  readonly explanation: Explanation;
  readonly facts: NodeFacts;
}

/** Finds out how the node is doing. Never fails: what cannot be read is unknown. */
export interface Observer {
  look(): Promise<Status>;
  /** Names of units, for completion. */
  unitNames(): Promise<readonly string[]>;
  /** The configuration without anything secret, as text; throws when there is none. */
  configuration(): Promise<string>;
  /** Addresses, links, routes and resolvers, as text. */
  network(): Promise<string>;
}
