export * from "./assignment.ts";
export * from "./console.ts";
export * from "./dashboard.ts";
export * from "./metrics.ts";
export * from "./orchestrator-metrics.ts";
export * from "./process-manager.ts";
export * from "./text-server.ts";
export * from "./tls-certificate.ts";
