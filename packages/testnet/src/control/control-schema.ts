import * as v from "valibot";
import { linkFaultSchema, problemSchema } from "./status-schema.ts";

export const POWER_ACTIONS = ["start", "stop", "kill", "reset"] as const;
export type PowerAction = (typeof POWER_ACTIONS)[number];

export const powerRequestSchema = v.strictObject({ action: v.picklist(POWER_ACTIONS) });

/** Without `clean` the guests' power is cut. */
export const shutdownRequestSchema = v.strictObject({ clean: v.boolean() });

/** `link` shapes one node's port; `partition` lets only nodes of the same group (and the services) reach each other. */
export const faultRequestSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("link"), node: v.string(), fault: linkFaultSchema }),
  v.strictObject({ kind: v.literal("partition"), groups: v.array(v.array(v.string())) }),
  v.strictObject({ kind: v.literal("heal"), nodes: v.optional(v.array(v.string())) }),
]);
export type FaultRequest = v.InferOutput<typeof faultRequestSchema>;

/** What every refused or failed request is answered with. */
export const errorReplySchema = v.strictObject({ error: problemSchema });

export const doneReplySchema = v.strictObject({ done: v.literal(true) });
