import type { MachineBoot } from "./definition.ts";

/** What QEMU is told about how a machine starts: kernel, firmware. */
export function renderBoot(boot: MachineBoot): string[] {
  const firmware = renderFirmware(boot);
  if (boot.kind === "disk") return firmware;
  return [...firmware, "-kernel", boot.kernel, "-initrd", boot.initrd, "-append", boot.commandLine];
}

function renderFirmware({ firmware }: MachineBoot): string[] {
  if (firmware === undefined) return [];
  if (typeof firmware === "string") return ["-bios", firmware];
  const flash = (name: string, filename: string, readOnly: boolean): string[] => [
    "-blockdev",
    JSON.stringify({ "node-name": `${name}-file`, driver: "file", filename, "read-only": readOnly }),
    "-blockdev",
    JSON.stringify({ "node-name": name, driver: "raw", file: `${name}-file`, "read-only": readOnly }),
  ];
  return [...flash("flash0", firmware.code, true), ...flash("flash1", firmware.variables, false)];
}

/** The machine's options for its flash. OVMF without secure boot needs no system management mode. */
export function firmwareFlash({ firmware }: MachineBoot): string[] {
  if (firmware === undefined || typeof firmware === "string") return [];
  return ["smm=off", "pflash0=flash0", "pflash1=flash1"];
}
