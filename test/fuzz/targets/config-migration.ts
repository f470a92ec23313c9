import { migrateDocument } from "../../../packages/config/src/versions/migrate.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

const VERSIONS = ["1.1.0", "1.9.0", "1.11.0", "1.12.1", "1.17.0"] as const;

/** Any JSON as a configuration object, migrated to a version that the first byte chooses. */
export function fuzz(data: Uint8Array): void {
  let document: unknown;
  try {
    document = JSON.parse(textOf(data.subarray(1)));
  } catch {
    return;
  }
  const to = VERSIONS[(data[0] ?? 0) % VERSIONS.length] ?? VERSIONS[0];
  unlessRefused(() => migrateDocument(document, { to, file: "config.json", operatorKeyBeside: false }));
}
