export type { HostosConfig } from "@icos/config";
export type { Slot } from "@icos/slots";
export type { Exec } from "@icos/system";
export type { MachineDefinition } from "@icos/vm";
export type { VsockAddress } from "@icos/vsock";
