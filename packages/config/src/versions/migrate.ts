import { IcosError, parseWith } from "@icos/system";
import * as v from "valibot";
import { configVersion } from "../field-forms.ts";
import { configObject, CONFIG_VERSION, type ObjectKind } from "../objects/config-objects.ts";
import { isJsonObject, valueAt, withPath, type JsonObject } from "../objects/json-path.ts";
import { OPERATOR_KEY_PATH } from "../objects/read-object.ts";
import { takeSecrets } from "../objects/secret-fields.ts";
import { compareVersions, SHAPE_VERSIONS } from "../objects/version-order.ts";
import type { Secret } from "../secret.ts";
import { pruneTo, rowsOf } from "./field-set.ts";
import { kindOfDocument } from "./object-kind.ts";
import { stepBack, stepForward, type Step } from "./step.ts";

const [OLDEST = CONFIG_VERSION] = SHAPE_VERSIONS;

export interface MigrationRequest {
  readonly to: string;
  /** For messages. */
  readonly file: string;
  /** Whether a file with the operator's key lies beside the object; older versions have a field that says so. */
  readonly operatorKeyBeside: boolean;
}

export interface Migration {
  readonly kind: ObjectKind;
  readonly from: string;
  readonly to: string;
  /** The document of the new version, without any secret. */
  readonly document: JsonObject;
  /** Paths whose value the new version has no place for. */
  readonly dropped: readonly string[];
  /** The operator's key, when the old document had it inside. */
  readonly operatorKey: Secret | undefined;
  /** The new version has a field for the key; otherwise the key can only be a file beside the object. */
  readonly keyHasField: boolean;
}

/**
 * A configuration object in another version: a chain of steps, forward or backward, over a copy of the document. What is
 * not valid before or after is refused with the code of the object's kind, so that the caller keeps the file it has.
 */
export function migrateDocument(document: unknown, { to, file, operatorKeyBeside }: MigrationRequest): Migration {
  const kind = kindOfDocument(document);
  if (kind === undefined || !isJsonObject(document)) {
    throw new IcosError("not-a-config-object", "The file is no configuration object: it has no config_version.", {
      next: "Name the config.json of a SetupOS, HostOS or GuestOS.",
      place: { file },
    });
  }
  checkTarget(to);
  const { value, secrets } = takeSecrets(configObject(kind).fields, document);
  const from = check(value, kind, file, "before");
  const hasSecret = (path: string): boolean => secrets.has(path) || (path === OPERATOR_KEY_PATH && operatorKeyBeside);
  const { document: changed, dropped } = walk(value, kind, { from, to }, hasSecret);
  const result = withPath(changed, "config_version", to);
  check(result, kind, file, "after");
  return {
    kind,
    from,
    to,
    document: result,
    dropped,
    operatorKey: secrets.get(OPERATOR_KEY_PATH),
    keyHasField: rowsOf(kind).some(({ path, since }) => path === OPERATOR_KEY_PATH && compareVersions(since, to) <= 0),
  };
}

/** Every version between the two, in the order in which the steps are taken. */
export function versionsBetween(from: string, to: string): readonly string[] {
  const [low, high] = compareVersions(from, to) < 0 ? [from, to] : [to, from];
  const between = SHAPE_VERSIONS.filter(
    (version) => compareVersions(low, version) < 0 && compareVersions(version, high) <= 0,
  );
  return low === from ? between : between.toReversed();
}

function walk(
  document: unknown,
  kind: ObjectKind,
  { from, to }: { readonly from: string; readonly to: string },
  hasSecret: (path: string) => boolean,
): Step {
  const versions = versionsBetween(from, to);
  if (compareVersions(from, to) <= 0)
    return versions.reduce(
      (step: Step, version) => {
        const next = stepForward(step.document, kind, version, hasSecret);
        return { document: next.document, dropped: [...step.dropped, ...next.dropped] };
      },
      { document, dropped: [] },
    );
  const known = pruneTo(document, kind, compareVersions(from, CONFIG_VERSION) > 0 ? CONFIG_VERSION : from);
  const [unknown] = known.unknownVariants;
  if (unknown !== undefined) throw noPlaceFor(unknown, to);
  return versions.reduce((step: Step, version) => {
    const next = stepBack(step.document, kind, version, hasSecret);
    return { document: next.document, dropped: [...step.dropped, ...next.dropped] };
  }, known);
}

/** Checks the document as its readers will; gives its version. */
function check(document: unknown, kind: ObjectKind, file: string, when: "before" | "after"): string {
  const { schema, code, name } = configObject(kind);
  const where = when === "before" ? name : `${name} in its new version`;
  parseWith(schema, document, { code, name: where, file, hideValues: true, next: "The file is left as it was." });
  const version = v.parse(configVersion, valueAt(document, "config_version"));
  if (compareVersions(version, OLDEST) >= 0) return version;
  throw new IcosError(
    "unknown-config-version",
    `${name} has version ${version}; the oldest that is known is ${OLDEST}.`,
    {
      place: { file, key: "config_version" },
    },
  );
}

function checkTarget(to: string): void {
  const known = v.is(configVersion, to) && compareVersions(to, OLDEST) >= 0 && compareVersions(to, CONFIG_VERSION) <= 0;
  if (known) return;
  throw new IcosError(
    "unknown-config-version",
    `${JSON.stringify(to)} is not a version that an object can be written in.`,
    {
      next: `Name one from ${OLDEST} to ${CONFIG_VERSION}.`,
    },
  );
}

function noPlaceFor(path: string, to: string): IcosError {
  return new IcosError(
    "cannot-migrate",
    `${path} is a variant that is not known here, so version ${to} cannot have it.`,
    {
      next: "The file is left as it was; change the field first, or keep the newer version.",
      place: { key: path },
    },
  );
}
