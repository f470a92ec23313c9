export type { Capture, CaptureOptions } from "./capture.ts";
export * from "./connect-to-switch.ts";
export * from "./frame-port.ts";
export { createPacketDecoder, frameOf, MAXIMUM_FRAME_BYTES, packetOf, type PacketDecoder } from "./framing.ts";
export { PERFECT_LINK, type LinkSettings } from "./link.ts";
export { linkSettingsSchema } from "./link-settings.ts";
export type { PortCounters } from "./port.ts";
export { createVirtualTimeline, realTimeline, type Timeline, type VirtualTimeline } from "./timeline.ts";
export * from "./virtual-switch.ts";
