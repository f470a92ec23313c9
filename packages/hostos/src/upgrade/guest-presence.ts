import { open } from "node:fs/promises";
import { GPT_SECTOR } from "@icos/slots";

/** Whether anything was ever installed on a disk: its second sector is the header of a GUID partition table. */
export async function hasPartitionTable(device: string): Promise<boolean> {
  await using disk = await open(device, "r");
  const { buffer, bytesRead } = await disk.read(Buffer.alloc(8), 0, 8, GPT_SECTOR);
  return bytesRead === 8 && buffer.toString("latin1") === "EFI PART";
}
