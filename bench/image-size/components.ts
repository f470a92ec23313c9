/** What an update image of HostOS is made of; each path of the root belongs to the first part that has it. */
export const PARTS: readonly { readonly name: string; readonly paths: RegExp }[] = [
  { name: "Node", paths: /^opt\/ic\/bin\/node$/ },
  { name: "programs of icos", paths: /^opt\/ic\// },
  { name: "kernel modules", paths: /^usr\/lib\/modules\// },
  { name: "firmware blobs", paths: /^usr\/lib\/firmware\// },
  {
    name: "QEMU",
    paths: /^usr\/(?:bin\/qemu|share\/(?:qemu|seabios)\/|lib\/x86_64-linux-gnu\/qemu\/)/,
  },
  { name: "firmware of the guest", paths: /^usr\/share\/(?:OVMF|ovmf)\// },
  { name: "node_exporter", paths: /^usr\/bin\/prometheus-node-exporter$/ },
  { name: "the rest of Debian", paths: /^/ },
];

export const FIRMWARE = "firmware blobs";

/** The files of each part, in the order of {@link PARTS}. */
export function partition(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>(PARTS.map(({ name }) => [name, []]));
  for (const file of files) {
    const part = PARTS.find(({ paths }) => paths.test(file));
    if (part !== undefined) found.get(part.name)?.push(file);
  }
  return found;
}
