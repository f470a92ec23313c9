import { IcosError, parseWith } from "@icos/system";
import type * as v from "valibot";
import { jsonErrorLine } from "../inputs/json-error-line.ts";
import type { Secret } from "../secret.ts";
import type { ConfigObject, ObjectSchema } from "./config-objects.ts";
import { takeSecrets } from "./secret-fields.ts";

/** Where upstream writes the private key of the node operator into an object. */
export const OPERATOR_KEY_PATH = "icos_settings.node_operator_private_key";

export interface ConfigDocument<Config> {
  /** The checked object, with defaults filled in and without any secret. */
  readonly config: Config;
  /** `icos_settings.node_operator_private_key`, when the file had the key inside the object, as upstream writes it. */
  readonly operatorKey: Secret | undefined;
}

/**
 * Reads an object's file. Every problem is reported at once, by the path of its field. No message shows what stands in
 * the file: it may hold a private key.
 */
export function readObject<Schema extends ObjectSchema>(
  object: ConfigObject<Schema>,
  text: string,
  file: string,
): ConfigDocument<v.InferOutput<Schema>> {
  const { fields, schema, code, name, next } = object;
  const { value, secrets } = takeSecrets(fields, parseJsonQuietly(object, text, file));
  const config = parseWith(schema, value, { code, name, file, next, hideValues: true });
  return { config, operatorKey: secrets.get(OPERATOR_KEY_PATH) };
}

/** A checked object from what a program wrote down, with defaults filled in. */
export function makeObject<Schema extends ObjectSchema>(
  { schema, code, name }: ConfigObject<Schema>,
  input: v.InferInput<Schema>,
): v.InferOutput<Schema> {
  return parseWith(schema, input, { code, name, hideValues: true });
}

/** JSON without the excerpt of the text that a syntax error usually shows: the text may hold a key. */
export function parseJsonQuietly(
  { code, name, next }: Pick<ConfigObject, "code" | "name" | "next">,
  text: string,
  file: string,
): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const line = jsonErrorLine(text) ?? 1;
    throw new IcosError(code, `${name} is not JSON: there is an error in line ${line}.`, {
      next,
      place: { file, line },
    });
  }
}

/** The object as its file holds it: indented JSON. */
export function formatObject(config: object): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
