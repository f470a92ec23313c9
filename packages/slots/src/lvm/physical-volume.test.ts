import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryDisk, PowerCut } from "../memory-device.ts";
import { hostosVolumeGroup } from "../hostos-volumes.ts";
import { lvmCrc } from "./crc.ts";
import { logicalVolumeDevice } from "./logical-volume.ts";
import { AREA_HEADER, METADATA_START, writePhysicalVolume } from "./physical-volume.ts";
import { readPhysicalVolume } from "./read-physical-volume.ts";
import type { VolumeGroup } from "./volume-group.ts";

const MIB = 1024 ** 2;
const EXTENT = 4 * MIB;
const ID = "SIs20R-l6gh-2Rli-KAP0-ZO88-3Y4q-G9JPA";

/** Two disks of 10 extents, and a volume that begins on the second and ends on the first. */
const GROUP: VolumeGroup = {
  name: "two",
  id: `${ID}0`,
  sequence: 7,
  extentSize: EXTENT,
  physicalVolumes: [
    { name: "pv0", id: `${ID}1`, size: 42 * MIB, start: MIB, extents: 10 },
    { name: "pv1", id: `${ID}2`, size: 41 * MIB, start: MIB, extents: 10 },
  ],
  logicalVolumes: [
    { name: "small", id: `${ID}3`, segments: [{ extents: 1, physicalVolume: "pv0", start: 0 }] },
    {
      name: "long",
      id: `${ID}4`,
      segments: [
        { extents: 2, physicalVolume: "pv1", start: 8 },
        { extents: 3, physicalVolume: "pv0", start: 1 },
      ],
    },
  ],
};

async function twoDisks() {
  const devices = new Map([
    ["pv0", new MemoryDisk(42 * MIB).device("first")],
    ["pv1", new MemoryDisk(41 * MIB).device("second")],
  ]);
  for (const [name, device] of devices) await writePhysicalVolume(device, GROUP, name);
  return devices;
}

void test("each physical volume tells the whole group and which one it is", async () => {
  for (const [name, device] of await twoDisks()) {
    const { group, volume } = await readPhysicalVolume(device);
    assert.deepEqual(group, GROUP);
    assert.equal(volume.name, name);
  }
});

void test("a volume over two disks is one device", async () => {
  const devices = await twoDisks();
  const long = logicalVolumeDevice(GROUP, "long", devices);
  assert.equal(long.size, 5 * EXTENT);
  await long.write(2 * EXTENT - 2, Buffer.from("abcd"));
  assert.equal((await long.read(2 * EXTENT - 3, 6)).toString("latin1"), "\0abcd\0");
  assert.equal((await devices.get("pv1")?.read(MIB + 10 * EXTENT - 2, 2))?.toString(), "ab");
  assert.equal((await devices.get("pv0")?.read(MIB + EXTENT, 2))?.toString(), "cd");
  await long.zero(2 * EXTENT - 1, 2);
  assert.equal((await long.read(2 * EXTENT - 2, 4)).toString("latin1"), "a\0\0d");
  await assert.rejects(long.read(5 * EXTENT, 1), { code: "device-out-of-range" });
  assert.throws(() => logicalVolumeDevice(GROUP, "long", new Map()), { code: "lvm-volume-missing" });
  assert.throws(() => logicalVolumeDevice(GROUP, "longer", devices), {
    code: "lvm-volume-missing",
    message: "The volume group two has no volume longer.",
  });
});

void test("a group with several mistakes is refused naming all of them", async () => {
  const device = new MemoryDisk(42 * MIB).device();
  const bad: VolumeGroup = {
    ...GROUP,
    name: "a/b",
    logicalVolumes: [
      { name: "small", id: `${ID}3`, segments: [{ extents: 2, physicalVolume: "pv0", start: 9 }] },
      { name: "small", id: `${ID}3`, segments: [{ extents: 2, physicalVolume: "pv2", start: 0 }] },
      { name: "one", id: "x", segments: [{ extents: 3, physicalVolume: "pv1", start: 1 }] },
      { name: "two", id: `${ID}5`, segments: [{ extents: 1, physicalVolume: "pv1", start: 3 }] },
    ],
  };
  await assert.rejects(writePhysicalVolume(device, bad, "pv1"), {
    code: "lvm-metadata-invalid",
    message:
      'Volume group a/b is not valid: the group\'s name "a/b" is not allowed; the logical volume small is there twice; ' +
      `the identifier ${ID}3 is used twice; "x" is not an LVM identifier; small ends at extent 11 of pv0, which has 10; ` +
      "small lies on pv2, which is not in the group; one and two share extent 3 of pv1; " +
      "pv1 has 42991616 bytes, the device 44040192.",
  });
});

void test("what LVM's own tools leave behind is read: comments, further fields, a text that goes around the ring", async () => {
  const device = new MemoryDisk(42 * MIB).device("ring");
  await writePhysicalVolume(device, GROUP, "pv0");
  const header = await device.read(METADATA_START, AREA_HEADER);
  const length = Number(header.readBigUInt64LE(48));
  const written = (await device.read(METADATA_START + AREA_HEADER, length - 1)).toString();
  const changed = written
    .replace("extent_size = 8192\n", "extent_size = 8192\t\t# 4 Megabytes\n")
    .replace("seqno = 7", "seqno = 8");
  const further = 'creation_host = "a \\"quoted\\" name"\t# Linux\ncreation_time = 1700000000\t# then\n\0';
  const text = Buffer.from(changed + further);
  const area = MIB - METADATA_START;
  const offset = area - 512;
  await device.write(METADATA_START + offset, text.subarray(0, 512));
  await device.write(METADATA_START + AREA_HEADER, text.subarray(512));
  header.writeBigUInt64LE(BigInt(offset), 40);
  header.writeBigUInt64LE(BigInt(text.length), 48);
  header.writeUInt32LE(lvmCrc(text), 56);
  header.writeUInt32LE(lvmCrc(header.subarray(4)), 0);
  await device.write(METADATA_START, header);
  assert.deepEqual((await readPhysicalVolume(device)).group, { ...GROUP, sequence: 8 });
});

void test("a volume that is not linear, a gap and a wrong number are named", async () => {
  const device = new MemoryDisk(42 * MIB).device("sda3");
  await writePhysicalVolume(device, GROUP, "pv0");
  await replaceText(device, (text) =>
    text
      .replace('stripe_count = 1\nstripes = ["pv0", 0]', 'stripe_count = 2\nstripes = ["pv0", 0, "pv1", 0]')
      .replace("start_extent = 2", "start_extent = 4")
      .replace("pe_count = 10", 'pe_count = "ten"'),
  );
  await assert.rejects(readPhysicalVolume(device), (error: Error) => {
    assert.match(error.message, /metadata: pv0\.pe_count: /);
    assert.match(error.message, /metadata: small\.segment1\.stripe_count: /);
    assert.match(error.message, /metadata: long\.segment2 starts at extent 4, not 2/);
    return true;
  });
  await replaceText(device, () => "two {\nid = \n}\n");
  await assert.rejects(readPhysicalVolume(device), { message: /metadata: line 3: } is not a value/ });
});

async function replaceText(device: ReturnType<MemoryDisk["device"]>, change: (text: string) => string): Promise<void> {
  const header = await device.read(METADATA_START, AREA_HEADER);
  const old = (await device.read(METADATA_START + AREA_HEADER, Number(header.readBigUInt64LE(48)))).toString();
  const text = Buffer.from(change(old));
  header.writeBigUInt64LE(BigInt(text.length), 48);
  header.writeUInt32LE(lvmCrc(text), 56);
  header.writeUInt32LE(lvmCrc(header.subarray(4)), 0);
  await device.write(METADATA_START, Buffer.concat([header, text]));
}

void test("a power cut leaves a whole physical volume or none", async () => {
  const size = 100 * 1024 ** 3;
  const group = hostosVolumeGroup(size);
  for (let operation = 0; operation < 5; operation += 1) {
    const disk = new MemoryDisk(size);
    disk.cutPowerAt(operation);
    await assert.rejects(writePhysicalVolume(disk.device(), group, "pv0"), PowerCut);
    for (const kept of [true, false]) {
      const after = disk.restart(() => kept).device("sda3");
      await readPhysicalVolume(after).then(
        (found) => assert.deepEqual(found.group, group),
        (error: { message: string }) => assert.match(error.message, /none of the first four sectors is a label/),
      );
    }
  }
});
