import { join } from "node:path";
import * as v from "valibot";
import { makeDirectory, parseJson, readFileIfExists, writeFileDurably } from "@icos/system";
import type { Layout } from "../layout.ts";
import type { LuksHeader } from "./luks-header.ts";

/**
 * How far an encrypted volume has come, kept in `/boot/config/volumes`. It is written before the volume is touched and
 * again before it is mounted for the first time, so a volume that is `formatting` has never held data, and one that is
 * `complete` is never formatted.
 */
const schema = v.variant("kind", [
  v.object({ kind: v.literal("formatting"), uuid: v.string() }),
  v.object({ kind: v.literal("complete"), uuid: v.string() }),
]);
export type VolumeState = { readonly kind: "unknown" } | v.InferOutput<typeof schema>;

function statePath({ bootConfig }: Pick<Layout, "bootConfig">, volume: string): string {
  return join(bootConfig, "volumes", `${volume}.json`);
}

export async function readVolumeState(layout: Pick<Layout, "bootConfig">, volume: string): Promise<VolumeState> {
  const file = statePath(layout, volume);
  const text = await readFileIfExists(file);
  if (text === undefined) return { kind: "unknown" };
  return parseJson(schema, text.toString(), {
    code: "invalid-volume-state",
    name: `The state of the volume ${volume}`,
    file,
  });
}

export async function writeVolumeState(
  layout: Pick<Layout, "bootConfig">,
  volume: string,
  state: v.InferOutput<typeof schema>,
): Promise<void> {
  const file = statePath(layout, volume);
  await makeDirectory(join(layout.bootConfig, "volumes"), 0o700);
  await writeFileDurably(file, `${JSON.stringify(state)}\n`, 0o600);
}

export type VolumePlan =
  | { readonly kind: "open"; readonly uuid: string }
  | { readonly kind: "format" }
  | { readonly kind: "refuse"; readonly reason: string };

export interface FoundVolume {
  readonly state: VolumeState;
  readonly header: LuksHeader;
  /** An installer has cleared the volume (16 MiB of zeros), which it does to a slot's /var and to nothing else. */
  readonly cleared: boolean;
}

/** What to do with an encrypted volume. It is formatted only where no data can be lost. */
export function planVolume({ state, header, cleared }: FoundVolume): VolumePlan {
  if (state.kind === "formatting") return { kind: "format" };
  if (state.kind === "unknown" && header.kind === "absent") return { kind: "format" };
  if (state.kind === "complete" && cleared) return { kind: "format" };
  if (header.kind === "absent") return { kind: "refuse", reason: "its LUKS header is gone" };
  if (header.kind === "damaged") return { kind: "refuse", reason: `its LUKS header is damaged: ${header.reason}` };
  if (state.kind === "complete" && header.uuid !== state.uuid) {
    return { kind: "refuse", reason: `it is the volume ${header.uuid} and not ${state.uuid}, which this node made` };
  }
  return { kind: "open", uuid: header.uuid };
}
