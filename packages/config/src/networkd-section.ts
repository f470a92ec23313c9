/** A file for systemd-networkd. */
export interface NetworkFile {
  readonly name: string;
  readonly text: string;
}

/** A section of such a file; a list gives the key once for each value. */
export function networkdSection(name: string, settings: Readonly<Record<string, string | readonly string[]>>): string {
  const lines = Object.entries(settings).flatMap(([key, value]) =>
    (typeof value === "string" ? [value] : value).map((one) => `${key}=${one}`),
  );
  return `[${name}]\n${lines.join("\n")}\n`;
}
