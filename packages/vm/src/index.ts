export * from "./machine/definition.ts";
export { checkMachineDefinition, MAXIMUM_SOCKET_PATH_BYTES } from "./machine/check-definition.ts";
export { renderLibvirt } from "./machine/render-libvirt.ts";
export * from "./machine/render-qemu.ts";
export * from "./switch/index.ts";
export * from "./qmp/client.ts";
export type { QmpArguments, QmpCommand, QmpResult, RunState } from "./qmp/commands.ts";
export type { QemuVersion, QmpEvent } from "./qmp/messages.ts";
export * from "./console/limit-log.ts";
export type { MachineExit } from "./runner/machine-exit.ts";
export * from "./runner/restart-policy.ts";
export type { UsbDevice } from "./runner/usb-device.ts";
export * from "./runner/vm-runner.ts";
export * from "./runner/vm-state.ts";
export { createBlockDiskAccess, findPartition } from "./boot/block-disk.ts";
export { holdDisk } from "./boot/hold-disk.ts";
export {
  type DirectBoot,
  type DirectBootOptions,
  type DirectBootSource,
  diskBootSource,
  prepareDirectBoot,
} from "./boot/direct-boot.ts";
export { diskGrubenvStore } from "./boot/disk-grubenv.ts";
export * from "./boot/guest-boot.ts";
export { createDiskAccess, type DiskAccess, type DiskImage, type DiskRange } from "./boot/disk-image.ts";
export * from "./console/attach-console.ts";
export * from "./console/follow-log.ts";
export * from "./machine/probe-accelerator.ts";
export * from "./packet-socket.ts";
export * from "./veth.ts";
