import { deepStrictEqual } from "node:assert/strict";
import { CONFIG_OBJECTS, formatObject, readObject } from "../../../packages/config/src/objects/index.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

/** SetupOS and HostOS objects; what is taken is the same when it is written and read again. */
export function fuzz(data: Uint8Array): void {
  const text = textOf(data);
  const setupos = unlessRefused(() => readObject(CONFIG_OBJECTS.SetupOS, text, "config.json"));
  if (setupos) {
    deepStrictEqual(
      readObject(CONFIG_OBJECTS.SetupOS, formatObject(setupos.config), "config.json").config,
      setupos.config,
    );
  }
  const hostos = unlessRefused(() => readObject(CONFIG_OBJECTS.HostOS, text, "config.json"));
  if (hostos) {
    deepStrictEqual(
      readObject(CONFIG_OBJECTS.HostOS, formatObject(hostos.config), "config.json").config,
      hostos.config,
    );
  }
}
