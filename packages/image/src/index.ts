export { buildGuestos, type BuildGuestosOptions, type GuestosBuild } from "./guestos/build-guestos.ts";
export { lockPackages, type LockChange, type LockReport } from "./lock/lock-packages.ts";
export type { Variant } from "./rootfs/components.ts";
export { imageSettings, type ImageSettings } from "./settings.ts";
export { openToolsTree, type OpenToolsTreeOptions, type ToolsTree } from "./tools/tools-tree.ts";
