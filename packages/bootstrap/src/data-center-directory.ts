import { createPublicKey } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Principal, selfAuthenticating } from "@icos/certification";
import { describeError, IcosError, parseJson, systemErrorCode } from "@icos/system";
import * as v from "valibot";
import { count, type PrepPlanInput } from "./plan.ts";

const META = "meta.json";
const KEY = ".der";
const CODE = "prep-data-centers-invalid";

const metaSchema = v.record(
  v.string(),
  v.strictObject({
    /** How many nodes the operator may add. */
    node_allowance: count,
    /** File of the provider's public key; relative to the directory. */
    node_provider: v.optional(v.pipe(v.string(), v.nonEmpty("is empty"))),
    region: v.optional(v.string(), ""),
    owner: v.optional(v.string(), ""),
    /** Latitude, longitude. */
    gps: v.optional(v.strictTuple([v.number(), v.number()])),
  }),
);

interface Parts {
  readonly data_centers: NonNullable<PrepPlanInput["data_centers"]>;
  readonly node_operators: NonNullable<PrepPlanInput["node_operators"]>;
}

/**
 * A directory as upstream's `--dc-pk-path` takes it: for each data centre `NAME.der`, the public key of its operator, and
 * an entry NAME in `meta.json`. Which provider an operator has is said by the provider's key, if the entry names one.
 * @throws IcosError `prep-data-centers-invalid`, with all that is wrong
 */
export async function readDataCenters(
  directory: string,
  options: { readonly requireNodeProviderKey: boolean },
): Promise<Parts> {
  const names = await list(directory);
  const file = join(directory, META);
  const meta = parseDataCenterList(String(await read(file)), file);
  const parts: Parts = { data_centers: [], node_operators: [] };
  const problems: string[] = [];
  const keyed = names.filter((name) => name.endsWith(KEY)).map((name) => name.slice(0, -KEY.length));
  for (const name of keyed) if (!Object.hasOwn(meta, name)) problems.push(`${META} has no ${name}`);
  const principalIn = async (name: string): Promise<Principal | undefined> => {
    try {
      return principalOf(await read(resolve(directory, name)));
    } catch (error) {
      problems.push(`${name}: ${describeError(error)}`.replace(/\.$/, ""));
      return undefined;
    }
  };
  for (const [name, { node_allowance, node_provider, region, owner, gps }] of Object.entries(meta)) {
    if (!keyed.includes(name)) problems.push(`there is no ${name}${KEY}`);
    if (options.requireNodeProviderKey && node_provider === undefined) problems.push(`${name} has no node_provider`);
    const operator = keyed.includes(name) ? await principalIn(`${name}${KEY}`) : undefined;
    const provider = node_provider === undefined ? undefined : await principalIn(node_provider);
    const place = gps && { gps: { latitude: gps[0], longitude: gps[1] } };
    parts.data_centers.push({ id: name, region, owner, ...place });
    if (!operator) continue;
    parts.node_operators.push({
      principal: operator.toText(),
      ...(provider && { provider: provider.toText() }),
      data_center: name,
      node_allowance,
    });
  }
  if (problems.length > 0) throw new IcosError(CODE, `${directory}: ${problems.join("; ")}.`, { place: { file } });
  return parts;
}

/** What `meta.json` says of each data centre, by name. @throws IcosError `prep-data-centers-invalid` */
export function parseDataCenterList(text: string, file?: string): v.InferOutput<typeof metaSchema> {
  return parseJson(metaSchema, text, { code: CODE, name: "The list of data centres", file });
}

/** Of a public key in the DER form that agents have. */
function principalOf(der: Uint8Array): Principal {
  const key = createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  if (!key.export({ format: "der", type: "spki" }).equals(der)) throw new Error("it is more than a key in DER form.");
  return selfAuthenticating(der);
}

async function list(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (cause) {
    throw unreadable(directory, cause);
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): IcosError {
  const why = systemErrorCode(cause) === "ENOENT" ? "There is no such file" : describeError(cause);
  return new IcosError("file-unreadable", `${file} cannot be read: ${why}.`, { place: { file }, cause });
}
