export * from "./address.ts";
export * from "./command.ts";
export * from "./guest-health.ts";
export * from "./message-collector.ts";
export * from "./request.ts";
export * from "./response.ts";
