import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IcosError, readFileIfExists, type Phase } from "@icos/system";
import { prepareGuestBoot } from "@icos/vm";
import { readHostConfig, writeGuestMedium } from "./config-medium.ts";
import { ensureFirmwareVariables } from "./firmware.ts";
import type { GuestVmRole } from "./identity.ts";
import { readMachineFacts } from "./machine-facts.ts";
import { waitForInterfaces } from "./network-card.ts";
import { planGuestVm } from "./plan-guest-vm.ts";
import { found, type StartContext } from "./start-context.ts";

/** From nothing to everything QEMU needs, at each start of the machine. Nothing outside of `run` and `lib` is changed. */
export const START_PHASES: readonly Phase<StartContext>[] = [
  {
    name: "configuration",
    async run(context) {
      const { places } = context;
      context.variant = await readVariant(join(places.share, "variant"));
      context.host = await readHostConfig(places.hostConfig);
      await mkdir(places.run, { recursive: true, mode: 0o700 });
      await mkdir(dirname(places.serialLog), { recursive: true, mode: 0o755 });
      return context.variant;
    },
  },
  {
    name: "plan",
    async run(context) {
      const { places, role } = context;
      const host = found(context.host, "the configuration");
      context.facts = await readMachineFacts(places);
      context.plan = planGuestVm({ host, facts: context.facts, variant: found(context.variant, "the variant"), role });
      context.warnings.push(...context.plan.warnings);
      const { memoryMiB, memory, vcpus, accelerator } = context.plan;
      return `${memoryMiB} MiB (${memory}), ${vcpus} CPUs, ${accelerator.kind}`;
    },
  },
  {
    name: "network card",
    async run({ places, plan, clock, signal }) {
      const { tap, bridge } = found(plan, "the plan").identity;
      await waitForInterfaces([tap, bridge], places, clock, signal);
      return `${tap} on ${bridge}`;
    },
  },
  {
    name: "boot slot",
    async run(context) {
      const { places, role, exec } = context;
      context.storage = await storageOf(places.disk, role);
      context.boot = await prepareGuestBoot(
        {
          device: places.disk,
          directory: join(places.run, "boot"),
          type: role.type,
          measured: found(context.plan, "the plan").confidential !== undefined,
        },
        { exec },
      );
      const { slot, label, kind } = context.boot;
      return `${slot}, ${label}${kind === "direct" ? "" : ", by its own boot loader"}`;
    },
  },
  {
    name: "configuration medium",
    async run(context) {
      const { places, role, credentials, plan } = context;
      const text = role.type === "default" ? await readFileIfExists(places.recoveryHash) : undefined;
      const recoveryHash = text?.toString().trim();
      if (recoveryHash) context.recoveryHash = recoveryHash;
      context.medium = join(places.run, "config.img");
      await writeGuestMedium({
        host: found(context.host, "the configuration"),
        role,
        variant: found(context.variant, "the variant"),
        credentials,
        recoveryHash: context.recoveryHash,
        sevCertChainPem: plan?.confidential === undefined ? undefined : await context.sevCertificates(),
        path: context.medium,
      });
      return recoveryHash ? "with a recovery hash" : undefined;
    },
  },
  {
    name: "firmware variables",
    async run(context) {
      const { places, plan } = context;
      // A measured firmware has none: they could not be measured.
      if (plan?.confidential !== undefined) return "none";
      const { path, warning } = await ensureFirmwareVariables(found(plan, "the plan").identity.name, places);
      context.variables = path;
      if (warning !== undefined) context.warnings.push(warning);
      return path;
    },
  },
];

async function readVariant(file: string): Promise<"prod" | "dev"> {
  const variant = (await readFile(file, "utf8")).trim();
  if (variant === "prod" || variant === "dev") return variant;
  throw new IcosError("unknown-variant", `The image says that its variant is ${JSON.stringify(variant)}.`, {
    place: { file },
  });
}

const MISSING_DISK = {
  default:
    "A drive may be dead or missing, since the disk lies across all of them: `view-logs hostos-boot` says what LVM misses. Restart the machine when it is back.",
  upgrade: "The log of upgrade-disk.service says why it could not be made.",
};

async function storageOf(disk: string, { type }: GuestVmRole): Promise<"file" | "block-device"> {
  try {
    return (await stat(disk)).isBlockDevice() ? "block-device" : "file";
  } catch (cause) {
    throw new IcosError("no-guest-disk", `The guest's disk ${disk} is not there.`, {
      next: MISSING_DISK[type],
      place: { file: disk },
      cause,
    });
  }
}
