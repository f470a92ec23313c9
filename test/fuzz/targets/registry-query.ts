import { CertifiedDeltas, RegistryHistory } from "../../../packages/registry/src/index.ts";
import { getChangesSince, getValue } from "../../../packages/nns/src/queries.ts";

const history = new RegistryHistory();
for (const version of [1, 2, 3]) {
  const value = version === 3 ? undefined : Buffer.from(`${version}`);
  history.append({ version, time: 1n, changes: [{ key: "key", value }] });
}

const registry = { history, deltas: new CertifiedDeltas(history) };

/** The arguments of `get_value` and `get_changes_since`: errors are part of the answer, nothing may be thrown. */
export function fuzz(data: Uint8Array): void {
  getValue(registry, data);
  getChangesSince(registry, data);
}
