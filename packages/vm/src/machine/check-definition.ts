import * as v from "valibot";
import { parseWith } from "@icos/system";
import type { MachineDefinition } from "./definition.ts";

/** `sun_path` holds 108 bytes, the last a NUL. */
export const MAXIMUM_SOCKET_PATH_BYTES = 107;

const absolutePath = v.pipe(
  v.string(),
  v.startsWith("/", "must be an absolute path"),
  v.regex(/^[^\0\n]*$/, "must hold no NUL and no line break"),
);

/** A unix socket's path: absolute and short enough for the kernel. */
export const socketPath = v.pipe(
  absolutePath,
  v.maxBytes(MAXIMUM_SOCKET_PATH_BYTES, `must be at most ${MAXIMUM_SOCKET_PATH_BYTES} bytes long`),
);

const schema = v.object({
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, "must be 1 to 64 letters, digits, dots, dashes")),
  uuid: v.pipe(v.string(), v.uuid()),
  memoryMiB: v.pipe(v.number(), v.integer(), v.minValue(64)),
  vcpus: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255)),
  cpu: v.optional(v.pipe(v.string(), v.nonEmpty())),
  accelerator: v.object({ kind: v.picklist(["kvm", "tcg"]) }),
  boot: v.variant("kind", [
    v.object({
      kind: v.literal("direct"),
      kernel: absolutePath,
      initrd: absolutePath,
      commandLine: v.pipe(v.string(), v.regex(/^[^\0\n]*$/, "must be one line"), v.maxBytes(2047)),
    }),
    v.object({ kind: v.literal("disk"), firmware: v.optional(absolutePath) }),
  ]),
  disks: v.array(
    v.object({
      file: absolutePath,
      format: v.picklist(["qcow2", "raw"]),
      readOnly: v.optional(v.boolean()),
      serial: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,20}$/, "must be 1 to 20 plain characters"))),
      discard: v.optional(v.boolean()),
    }),
  ),
  configMedium: v.optional(absolutePath),
  networkCards: v.array(
    v.object({
      mac: v.pipe(
        v.string(),
        v.regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, "must be six lower-case hex bytes separated by colons"),
        v.check((mac) => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0, "must not be a multicast address"),
      ),
      switchSocket: socketPath,
    }),
  ),
  serialLog: absolutePath,
  serialSocket: socketPath,
  qmpSocket: socketPath,
});

/** Refuses a definition that QEMU would refuse or misread, naming every wrong field (`machine-invalid`). */
export function checkMachineDefinition(definition: MachineDefinition): void {
  parseWith(schema, definition, { code: "machine-invalid", name: `The definition of machine ${definition.name}` });
}
