import * as v from "valibot";

const nothing = v.strictObject({});

/** `RunState` of QEMU's `run-state.json`. */
export const runStateSchema = v.picklist([
  "debug",
  "inmigrate",
  "internal-error",
  "io-error",
  "paused",
  "postmigrate",
  "prelaunch",
  "finish-migrate",
  "restore-vm",
  "running",
  "save-vm",
  "shutdown",
  "suspended",
  "watchdog",
  "guest-panicked",
  "colo",
]);
export type RunState = v.InferOutput<typeof runStateSchema>;

/** The commands used here: what they are given and how their reply is checked. */
export const QMP_COMMANDS = {
  qmp_capabilities: { arguments: nothing, reply: nothing },
  "query-status": { arguments: nothing, reply: v.object({ running: v.boolean(), status: runStateSchema }) },
  "query-kvm": { arguments: nothing, reply: v.object({ enabled: v.boolean(), present: v.boolean() }) },
  /** Presses the ACPI power button. */
  system_powerdown: { arguments: nothing, reply: nothing },
  /** Presses keys of the emulated keyboard together. */
  "send-key": {
    arguments: v.object({ keys: v.array(v.object({ type: v.literal("qcode"), data: v.string() })) }),
    reply: nothing,
  },
  system_reset: { arguments: nothing, reply: nothing },
  /** The process ends at once; disks are flushed, the guest is not asked. */
  quit: { arguments: nothing, reply: nothing },
  stop: { arguments: nothing, reply: nothing },
  cont: { arguments: nothing, reply: nothing },
  /** Plugs a USB device of the host into the machine, now or when it appears. */
  device_add: {
    arguments: v.object({
      driver: v.literal("usb-host"),
      id: v.string(),
      bus: v.string(),
      vendorid: v.number(),
      productid: v.number(),
    }),
    reply: nothing,
  },
  device_del: { arguments: v.object({ id: v.string() }), reply: nothing },
  /** What is below an object of QEMU's; `/machine/peripheral` has the devices that were given an id. */
  "qom-list": {
    arguments: v.object({ path: v.string() }),
    reply: v.array(v.object({ name: v.string(), type: v.string() })),
  },
  /** Plugs the cable of a network card in or out, as the guest sees it. */
  set_link: { arguments: v.object({ name: v.string(), up: v.boolean() }), reply: nothing },
} as const;

export type QmpCommand = keyof typeof QMP_COMMANDS;
export type QmpArguments<Command extends QmpCommand> = v.InferInput<(typeof QMP_COMMANDS)[Command]["arguments"]>;
export type QmpResult<Command extends QmpCommand> = v.InferOutput<(typeof QMP_COMMANDS)[Command]["reply"]>;
