import { createCertificateVerifier, equalBytes, lookup } from "@icos/certification";
import {
  CertifiedDeltas,
  compareKeys,
  REGISTRY_CANISTER_ID,
  recordJson,
  RegistryHistory,
  type RegistryVersion,
} from "@icos/registry";
import { describeError, IcosError, parseJson } from "@icos/system";
import { type RegistryDump, registryDumpSchema } from "./dump-file.ts";

/** A dump that is what a registry with this root key certified. */
export interface VerifiedDump {
  /** DER. */
  readonly rootKey: Uint8Array;
  readonly history: RegistryHistory;
  readonly certifiedData: Uint8Array;
}

/**
 * Reads a dump and believes it only when its versions follow on one another, each record is what its bytes say, the
 * hash tree over all versions has the root that it names, and the certificate over that root verifies under its root key.
 * @throws IcosError `dump-invalid` with all problems, `dump-uncertified`, or one of the verifier's
 */
export function readDump(text: string, file?: string): VerifiedDump {
  const dump = parseJson(registryDumpSchema, text, { code: "dump-invalid", name: "The dump", file });
  const problems = findProblems(dump);
  const [first] = problems;
  if (first) {
    const list = problems.map(({ key, message }) => `${key}: ${message}`).join("; ");
    throw new IcosError("dump-invalid", `The dump is not valid: ${list}.`, {
      place: { file, key: first.key },
      details: { problems },
    });
  }
  const history = new RegistryHistory();
  for (const version of dump.versions) history.append(toVersion(version));
  const rootKey = Buffer.from(dump.rootKey, "hex");
  const { certifiedData } = new CertifiedDeltas(history);
  if (Buffer.from(certifiedData).toString("hex") !== dump.certifiedData) {
    throw uncertified("its versions are not those that its certified data is the root of", file);
  }
  verifyCertificate(Buffer.from(dump.certificate, "hex"), rootKey, certifiedData, file);
  return { rootKey, history, certifiedData };
}

function findProblems({ latestVersion, versions }: RegistryDump): { key: string; message: string }[] {
  const problems: { key: string; message: string }[] = [];
  const report = (key: string, message: string): void => void problems.push({ key, message });
  if (versions.length !== latestVersion)
    report("latestVersion", `it says ${latestVersion}, but there are ${versions.length} versions`);
  for (const [index, { version, changes }] of versions.entries()) {
    const at = `versions.${index}`;
    if (version !== index + 1) report(`${at}.version`, `it is ${version} where version ${index + 1} should be`);
    if (changes.length === 0) report(`${at}.changes`, "a version changes something");
    for (const [position, { key, value, record }] of changes.entries()) {
      const place = `${at}.changes.${position}`;
      const before = changes[position - 1]?.key;
      if (before !== undefined && compareKeys(before, key) >= 0) report(`${place}.key`, "keys are sorted, each once");
      const decoded = decode(key, value);
      if (typeof decoded === "string") report(`${place}.value`, decoded);
      else if (JSON.stringify(decoded.record) !== JSON.stringify(record))
        report(`${place}.record`, `what is written of ${key} for people is not what its bytes say`);
    }
  }
  return problems;
}

function decode(key: string, value: string | null): { readonly record: unknown } | string {
  try {
    return { record: (value === null ? undefined : recordJson(key, Buffer.from(value, "hex"))) ?? null };
  } catch (error) {
    return describeError(error);
  }
}

function toVersion({ version, time, changes }: RegistryDump["versions"][number]): RegistryVersion {
  return {
    version,
    time: BigInt(time),
    changes: changes.map(({ key, value }) => ({ key, value: value === null ? undefined : Buffer.from(value, "hex") })),
  };
}

function verifyCertificate(
  certificate: Uint8Array,
  rootKey: Uint8Array,
  certifiedData: Uint8Array,
  file: string | undefined,
): void {
  const { tree } = createCertificateVerifier({ rootKey }).verify(certificate, { canisterId: REGISTRY_CANISTER_ID });
  const found = lookup(["canister", REGISTRY_CANISTER_ID.toUint8Array(), "certified_data"], tree);
  if (found.kind !== "found" || !equalBytes(found.value, certifiedData))
    throw uncertified("its certificate is for other content", file);
}

function uncertified(why: string, file: string | undefined): IcosError {
  return new IcosError("dump-uncertified", `The dump is not what the registry certified: ${why}.`, { place: { file } });
}
