/** In QEMU's `key=value,…` options a comma inside a value is written twice. */
export function escapeCommas(value: string): string {
  return value.replaceAll(",", ",,");
}
