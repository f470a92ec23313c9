export { buildGuestos, type BuildGuestosOptions, type GuestosBuild } from "./guestos/build-guestos.ts";
export { inspectImage, type BootReport, type ImageReport, type RootReport } from "./inspect/inspect-image.ts";
export type { ImagePartition } from "./inspect/open-image.ts";
export { lockPackages, type LockChange, type LockReport } from "./lock/lock-packages.ts";
export type { ImageDifference } from "./reproduce/compare-images.ts";
export { reproduceGuestos, type ReproduceReport } from "./reproduce/reproduce-guestos.ts";
export type { Variant } from "./rootfs/components.ts";
export { imageSettings, type ImageSettings } from "./settings.ts";
export { openToolsTree, type OpenToolsTreeOptions, type ToolsTree } from "./tools/tools-tree.ts";
