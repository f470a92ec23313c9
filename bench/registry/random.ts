import { createHash } from "node:crypto";

/** `length` bytes that depend on the name alone: the registry of a bench is the same in each run. */
export function bytesOf(name: string, length: number): Uint8Array {
  return createHash("shake256", { outputLength: length }).update(name).digest();
}
