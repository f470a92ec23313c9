import { readFile, stat } from "node:fs/promises";
import { IcosError, systemErrorCode } from "@icos/system";
import { setuposConfigOf } from "../derive/setupos-from-stick.ts";
import { CONFIG_OBJECTS } from "../objects/config-objects.ts";
import { parseJsonQuietly, readObject } from "../objects/read-object.ts";
import type { Secret } from "../secret.ts";
import { checkStick } from "../stick/check-stick.ts";
import { kindOfDocument } from "../versions/object-kind.ts";
import { viewOf, type AnyConfig, type ViewOptions } from "./views.ts";

export interface LoadOptions extends ViewOptions {
  /** Of the machine, when a stick does not say it. */
  readonly mgmtMac?: string | undefined;
}

export type LoadedConfig = AnyConfig & {
  /** The operator's key, from inside the object or from the stick. Not part of the object. */
  readonly operatorKey: Secret | undefined;
};

/** A configuration object from its file, or made of the files of a SetupOS stick; looked at as one further down. */
export async function loadConfig(path: string, options: LoadOptions = {}): Promise<LoadedConfig> {
  const { operatorKey, ...source } = (await isDirectory(path))
    ? await fromStick(path, options.mgmtMac)
    : fromFile(await readFile(path, "utf8"), path);
  return { ...viewOf(source, options), operatorKey };
}

function fromFile(text: string, file: string): LoadedConfig {
  const next = "Name the config.json of a SetupOS, HostOS or GuestOS, or a stick's directory.";
  const what = { code: "not-a-config-object", name: "The file", next };
  const kind = kindOfDocument(parseJsonQuietly(what, text, file));
  if (kind === undefined) {
    throw new IcosError(what.code, "The file is no configuration object: it has no config_version.", {
      next,
      place: { file },
    });
  }
  if (kind === "SetupOS") return { kind, ...readObject(CONFIG_OBJECTS[kind], text, file) };
  if (kind === "HostOS") return { kind, ...readObject(CONFIG_OBJECTS[kind], text, file) };
  return { kind, ...readObject(CONFIG_OBJECTS[kind], text, file) };
}

async function fromStick(directory: string, mgmtMac: string | undefined): Promise<LoadedConfig> {
  const { value, problems } = await checkStick(directory);
  if (value !== undefined)
    return { kind: "SetupOS", config: setuposConfigOf(value, mgmtMac), operatorKey: value.operatorKey };
  const errors = problems.filter(({ severity }) => severity === "error");
  const list = errors.map(({ file, key, message }) => `${file}${key === null ? "" : `, ${key}`}: ${message}`).join(" ");
  throw new IcosError("invalid-stick", `The stick's files are not valid. ${list}`, {
    next: `\`icos config check ${directory}\` shows all that is wrong.`,
    place: { file: directory },
    details: { problems: errors },
  });
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    throw new IcosError("no-such-file", `There is no file or directory ${path}.`, { place: { file: path } });
  }
}
