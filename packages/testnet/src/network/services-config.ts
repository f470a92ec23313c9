import { isIPv6 } from "node:net";
import * as v from "valibot";

const address = v.pipe(
  v.string(),
  v.check((text) => isIPv6(text), "is not an IPv6 address"),
);
const label = v.pipe(v.string(), v.regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "is not a DNS label"));
const path = v.pipe(v.string(), v.startsWith("/", "is not an absolute path"));
const command = v.pipe(v.array(v.string()), v.minLength(1));
const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(1));

const setupStepSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("write"), path, value: v.string() }),
  v.strictObject({ kind: v.literal("run"), command, input: v.optional(v.string()) }),
]);

/** One step of making the namespace's interfaces: set a kernel setting or run a command. */
export type SetupStep = v.InferOutput<typeof setupStepSchema>;

/** What `programs/services.ts` is told; written by `startServices`, read once. */
export const servicesConfigSchema = v.strictObject({
  testnet: label,
  switchSocket: path,
  setup: v.array(setupStepSchema),
  link: v.strictObject({
    switchInterface: v.string(),
    mac: v.pipe(v.string(), v.regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, "is not a MAC address")),
    address,
    mtu: v.pipe(v.number(), v.integer(), v.minValue(1280), v.maxValue(65_535)),
  }),
  prefixes: v.pipe(v.array(v.string()), v.minLength(1)),
  advertise: v.strictObject({ intervalMs: milliseconds, lifetimeSeconds: v.pipe(v.number(), v.integer()) }),
  addresses: v.strictObject({ router: address, nns: address, dns: address, ntp: address, files: address }),
  resolvers: v.array(address),
  nodes: v.record(label, address),
  filesDirectory: path,
  gatewaySocket: path,
  nns: v.strictObject({ command, pidFile: path, logFile: path, startTimeoutMs: milliseconds }),
});

export type ServicesConfig = v.InferOutput<typeof servicesConfigSchema>;

/** What the services process says on its standard output, one JSON object a line. */
export const servicesMessageSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("ready"), rootKey: v.string(), nnsPid: v.number() }),
  v.strictObject({ kind: v.literal("nns-exited"), how: v.string(), restartInMs: v.number() }),
  v.strictObject({ kind: v.literal("nns-ready"), rootKey: v.string(), nnsPid: v.number() }),
  v.strictObject({ kind: v.literal("switch-lost"), reason: v.string() }),
  v.strictObject({
    kind: v.literal("failed"),
    code: v.string(),
    message: v.string(),
    next: v.optional(v.string()),
  }),
]);

export type ServicesMessage = v.InferOutput<typeof servicesMessageSchema>;
