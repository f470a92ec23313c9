import { CONFIG_INI, parseConfigIni } from "../inputs/config-ini.ts";
import { DEPLOYMENT_JSON, environmentOf, parseDeploymentJson } from "../inputs/deployment-json.ts";
import { type Parsed, type Problem, ProblemList } from "../inputs/problem.ts";
import { checkImage, checkNnsKey, checkOperatorKey, parseAccountKeys } from "./check-stick-files.ts";
import { readStick, type StickFiles } from "./read-stick.ts";
import { STICK_ACCOUNTS, STICK_FILES, type StickAccount, type StickInputs } from "./stick-inputs.ts";

/** Judges a whole SetupOS stick, the files of its `config` and `data` partitions side by side, as the installer would. */
export async function checkStick(directory: string): Promise<Parsed<StickInputs>> {
  return judgeStick(await readStick(directory));
}

/** Every problem of a stick, in the order of its files, and what it tells the installer unless one is an error. */
export function judgeStick(files: StickFiles): Parsed<StickInputs> {
  const deploymentBytes = files.contents.get(DEPLOYMENT_JSON);
  const environment = deploymentBytes && environmentOf(deploymentBytes);
  const config = parsed(files, CONFIG_INI, (bytes) => parseConfigIni(bytes, CONFIG_INI, environment));
  const deployment = parsed(files, DEPLOYMENT_JSON, parseDeploymentJson);
  const sshKeys = files.hasSshKeys ? judgeSshKeys(files) : undefined;
  const nnsKey = files.contents.get(STICK_FILES.nnsPublicKeyOverride);
  const problems = [
    ...config.problems,
    ...deployment.problems,
    ...(sshKeys?.problems ?? []),
    ...(files.operatorKey || !files.present.has(STICK_FILES.operatorKey) ? checkOperatorKey(files.operatorKey) : []),
    ...[STICK_FILES.hostImage, STICK_FILES.guestImage].flatMap((name) =>
      required(files, name, (head) => checkImage(name, head)),
    ),
    ...(nnsKey ? checkNnsKey(nnsKey, environment) : []),
    ...files.problems,
  ];
  const failed = problems.some(({ severity }) => severity === "error");
  if (failed || !config.value || !deployment.value) return { value: undefined, problems };
  const value: StickInputs = {
    config: config.value,
    deployment: deployment.value,
    sshKeys: sshKeys?.value,
    operatorKey: files.operatorKey,
    nnsPublicKeyOverride: nnsKey && Buffer.from(nnsKey).toString("latin1"),
  };
  return { value, problems };
}

/** What the check of a required file finds; that it is missing, when it is. */
function required(
  files: StickFiles,
  name: string,
  check: (bytes: Uint8Array) => readonly Problem[],
): readonly Problem[] {
  const bytes = files.contents.get(name);
  if (bytes) return check(bytes);
  if (files.present.has(name)) return [];
  const problems = new ProblemList(name);
  problems.error("file-missing", "The file is missing; the installer needs it.");
  return problems.all;
}

function parsed<Value>(files: StickFiles, name: string, parse: (bytes: Uint8Array) => Parsed<Value>): Parsed<Value> {
  let value: Value | undefined;
  const problems = required(files, name, (bytes) => {
    const result = parse(bytes);
    value = result.value;
    return result.problems;
  });
  return { value, problems };
}

function judgeSshKeys(files: StickFiles): Parsed<Readonly<Record<StickAccount, readonly string[]>>> {
  const keys: Record<StickAccount, readonly string[]> = { admin: [], backup: [], readonly: [] };
  const problems: Problem[] = [];
  for (const account of STICK_ACCOUNTS) {
    const name = `${STICK_FILES.sshKeys}/${account}`;
    const bytes = files.contents.get(name);
    if (!bytes) continue;
    const result = parseAccountKeys(bytes, name);
    keys[account] = result.value ?? [];
    problems.push(...result.problems);
  }
  if (STICK_ACCOUNTS.every((account) => !files.present.has(`${STICK_FILES.sshKeys}/${account}`))) {
    const directory = new ProblemList(STICK_FILES.sshKeys);
    directory.warning(
      "no-ssh-keys",
      `The directory has no keys, so nobody can log in. Accounts: ${STICK_ACCOUNTS.join(", ")}.`,
    );
    problems.push(...directory.all);
  }
  return { value: keys, problems };
}
