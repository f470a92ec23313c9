import * as v from "valibot";

/** What QEMU sends (QEMU Machine Protocol, `docs/interop/qmp-spec.rst`). */
export const greetingSchema = v.object({
  QMP: v.object({
    version: v.object({
      qemu: v.object({ major: v.number(), minor: v.number(), micro: v.number() }),
      package: v.optional(v.string()),
    }),
    capabilities: v.array(v.string()),
  }),
});

const timestampSchema = v.object({ seconds: v.number(), microseconds: v.number() });

export const eventSchema = v.object({
  event: v.string(),
  data: v.optional(v.record(v.string(), v.unknown()), {}),
  timestamp: timestampSchema,
});

export const replySchema = v.union([
  v.object({ return: v.unknown(), id: v.number() }),
  v.object({ error: v.object({ class: v.string(), desc: v.string() }), id: v.optional(v.number()) }),
]);

export type QmpEvent = v.InferOutput<typeof eventSchema>;
export type QmpReply = v.InferOutput<typeof replySchema>;
export type QemuVersion = v.InferOutput<typeof greetingSchema>["QMP"]["version"]["qemu"];

/** `ShutdownCause` of QEMU's `run-state.json`, as event SHUTDOWN carries it. */
export const shutdownDataSchema = v.object({ guest: v.boolean(), reason: v.string() });
