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

const firmware = v.union(
  [absolutePath, v.object({ code: absolutePath, variables: absolutePath })],
  "must be the path of an image, or of code and variables",
);
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const commandLine = v.pipe(v.string(), v.regex(/^[^\0\n]*$/, "must be one line"), v.maxBytes(2047));
const mac = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, "must be six lower-case hex bytes separated by colons"),
  v.check((text) => (Number.parseInt(text.slice(0, 2), 16) & 1) === 0, "must not be a multicast address"),
);
/** Linux: at most 15 bytes, no slash, no white space. */
const interfaceName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,15}$/, "must be the name of an interface"));

const fields = v.object({
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, "must be 1 to 64 letters, digits, dots, dashes")),
  uuid: v.pipe(v.string(), v.uuid()),
  memoryMiB: v.pipe(v.number(), v.integer(), v.minValue(64)),
  vcpus: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255)),
  topology: v.optional(v.object({ sockets: count, cores: count, threads: count })),
  memory: v.optional(v.picklist(["plain", "private", "hugepages", "memfd"])),
  cpu: v.optional(v.pipe(v.string(), v.nonEmpty())),
  // More than 2 GiB cannot be reached by a direct jump: QEMU takes no more.
  translationCacheMiB: v.optional(v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(2_048))),
  accelerator: v.object({ kind: v.picklist(["kvm", "tcg"]) }),
  boot: v.variant("kind", [
    v.object({
      kind: v.literal("direct"),
      kernel: absolutePath,
      initrd: absolutePath,
      commandLine,
      firmware: v.optional(firmware),
    }),
    v.object({ kind: v.literal("disk"), firmware: v.optional(firmware) }),
  ]),
  disks: v.array(
    v.pipe(
      v.object({
        file: absolutePath,
        format: v.picklist(["qcow2", "raw"]),
        readOnly: v.optional(v.boolean()),
        serial: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,20}$/, "must be 1 to 20 plain characters"))),
        discard: v.optional(v.boolean()),
        storage: v.optional(v.picklist(["file", "block-device"])),
        cache: v.optional(v.picklist(["none", "writeback"])),
        bus: v.optional(v.picklist(["nvme", "virtio"])),
      }),
      v.check(({ bus, serial }) => bus !== "nvme" || serial !== undefined, "is on NVMe and has no serial"),
    ),
  ),
  configMedium: v.optional(absolutePath),
  networkCards: v.array(
    v.union([
      v.object({ mac, switchSocket: socketPath }),
      v.object({ mac, tap: v.object({ interface: interfaceName, bridge: interfaceName, vhost: v.boolean() }) }),
    ]),
  ),
  devices: v.optional(
    v.object({
      balloon: v.optional(v.boolean()),
      watchdog: v.optional(v.boolean()),
      panic: v.optional(v.boolean()),
      usb: v.optional(v.boolean()),
      stick: v.optional(absolutePath),
      hpet: v.optional(v.boolean()),
      // 0 to 2 are the hypervisor, the loopback and the host (vsock(7)).
      vsockCid: v.optional(v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(0xffff_fffe))),
    }),
  ),
  confidential: v.optional(
    v.object({
      cbitpos: v.pipe(v.number(), v.integer(), v.minValue(32), v.maxValue(63)),
      reducedPhysBits: count,
      policy: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    }),
  ),
  startPaused: v.optional(v.boolean()),
  serialLog: absolutePath,
  serialSocket: socketPath,
  qmpSocket: socketPath,
});

const schema = v.pipe(
  fields,
  v.forward(
    v.check(
      ({ vcpus, topology: { sockets, cores, threads } = { sockets: 1, cores: vcpus, threads: 1 } }) =>
        sockets * cores * threads === vcpus,
      "must be as many CPUs as vcpus says",
    ),
    ["topology"],
  ),
  v.forward(
    v.check(({ devices }) => devices?.stick === undefined || devices.usb === true, "must have usb for a stick"),
    ["devices"],
  ),
  v.forward(
    v.check(
      ({ confidential, boot }) =>
        confidential === undefined || (boot.kind === "direct" && typeof boot.firmware === "string"),
      "must be direct, with a firmware of one image: both are measured",
    ),
    ["boot"],
  ),
  v.forward(
    v.check(
      ({ confidential, memory }) => confidential === undefined || memory === "memfd",
      "must be memfd for a confidential guest",
    ),
    ["memory"],
  ),
);

/** Refuses a definition that QEMU would refuse or misread, naming every wrong field (`machine-invalid`). */
export function checkMachineDefinition(definition: MachineDefinition): void {
  parseWith(schema, definition, { code: "machine-invalid", name: `The definition of machine ${definition.name}` });
}
