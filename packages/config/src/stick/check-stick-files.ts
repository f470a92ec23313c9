import type { DeploymentEnvironment } from "../address.ts";
import { type Parsed, type Problem, ProblemList } from "../inputs/problem.ts";
import { holdsPem, MAX_INPUT_BYTES, readText } from "../inputs/text-file.ts";
import { readOperatorKey } from "../operator-key.ts";
import type { Secret } from "../secret.ts";
import { readAuthorizedKeys } from "../ssh-keys.ts";
import { STICK_FILES } from "./stick-inputs.ts";

/** Checks of the files of a stick that are neither `config.ini` nor `deployment.json`. */

/** The keys of one account's file, one each. */
export function parseAccountKeys(bytes: Uint8Array, file: string): Parsed<readonly string[]> {
  const problems = new ProblemList(file);
  const text = readText(bytes, problems);
  if (text === undefined || holdsPem(text, problems)) return problems.result<readonly string[]>(undefined);
  const { keys, wrongLines } = readAuthorizedKeys(text);
  for (const line of wrongLines) {
    const message = "The line is not an SSH public key as ssh-keygen prints it, without options.";
    problems.error("invalid-ssh-key", message, { line });
  }
  if (keys.length === 0 && wrongLines.length === 0)
    problems.warning("no-ssh-keys", "The file has no keys, so nobody can log in with this account.");
  return problems.result(keys);
}

/** `undefined` when the stick has none. */
export function checkOperatorKey(key: Secret | undefined): readonly Problem[] {
  const problems = new ProblemList(STICK_FILES.operatorKey);
  if (key === undefined) {
    problems.notice("no-operator-key", "There is no operator key: the installer waits for a Nitrokey HSM instead.");
    return problems.all;
  }
  const bytes = key.reveal();
  const reading =
    bytes.length > MAX_INPUT_BYTES
      ? ({ kind: "none", why: "is too large for a key" } as const)
      : readOperatorKey(Buffer.from(bytes).toString("latin1"));
  if (reading.kind === "none")
    problems.error("invalid-operator-key", `The file ${reading.why}. The node could not register.`);
  return problems.all;
}

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Only the first bytes: an image is too large to be read for this. */
export function checkImage(name: string, head: Uint8Array): readonly Problem[] {
  const problems = new ProblemList(name);
  if (!ZSTD_MAGIC.equals(head))
    problems.warning("not-zstd", "The file does not begin as one that zstd has compressed.");
  return problems.all;
}

/** Length of a BLS key in its DER form. */
const NNS_KEY_BYTES = 133;

export function checkNnsKey(bytes: Uint8Array, environment: DeploymentEnvironment | undefined): readonly Problem[] {
  const problems = new ProblemList(STICK_FILES.nnsPublicKeyOverride);
  const text = readText(bytes, problems);
  if (text === undefined) return problems.all;
  const body = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]*)-----END PUBLIC KEY-----\s*$/.exec(text)?.[1];
  if (body === undefined || Buffer.from(body, "base64").length !== NNS_KEY_BYTES)
    problems.error("invalid-nns-key", "The file is not the public key of a network in PEM form.");
  else if (environment === "mainnet")
    problems.warning(
      "development-only",
      "Only development images take another root key; for mainnet it has no effect.",
    );
  return problems.all;
}
