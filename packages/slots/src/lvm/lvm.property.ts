import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import * as fc from "fast-check";
import { HOSTOS_EXTENT_SIZE, HOSTOS_VOLUMES, hostosVolumeGroup } from "../hostos-volumes.ts";
import { MemoryDisk } from "../memory-device.ts";
import { lvmCrc } from "./crc.ts";
import { AREA_HEADER, EXTENTS_START, METADATA_START, writePhysicalVolume } from "./physical-volume.ts";
import { readMetadataText } from "./read-metadata-text.ts";
import { readPhysicalVolume } from "./read-physical-volume.ts";
import { volumeGroupProblems, type LogicalVolume, type VolumeGroup } from "./volume-group.ts";

const settings = { seed: 1, numRuns: 300 };

const id = fc
  .stringMatching(/^[0-9a-zA-Z]{32}$/)
  .map((text) => [...text.matchAll(/^.{6}|.{6}$|.{4}/g)].map(([group]) => group).join("-"));
const name = fc.stringMatching(/^[a-zA-Z0-9+_][a-zA-Z0-9+_.-]{0,20}$/);

/** A group whose volumes take runs of extents of up to three disks, in any order and with gaps. */
const group: fc.Arbitrary<VolumeGroup> = fc
  .record({
    name,
    extentBits: fc.integer({ min: 12, max: 26 }),
    disks: fc.integer({ min: 1, max: 3 }),
    names: fc.uniqueArray(name, { minLength: 1, maxLength: 6 }),
    ids: fc.uniqueArray(id, { minLength: 10, maxLength: 10 }),
    runs: fc.array(
      fc.record({ volume: fc.nat(5), disk: fc.nat(2), gap: fc.nat(3), extents: fc.integer({ min: 1, max: 9 }) }),
      { minLength: 1, maxLength: 20 },
    ),
    sequence: fc.nat(),
  })
  .map(({ name: own, extentBits, disks, names, ids, runs, sequence }) => {
    const extentSize = 2 ** extentBits;
    const ends = Array.from({ length: disks }, () => 0);
    const volumes = names.map((each, index): LogicalVolume & { segments: LogicalVolume["segments"][number][] } => ({
      name: each,
      id: ids[index + 4] ?? "",
      segments: [],
    }));
    for (const { volume, disk, gap, extents } of runs) {
      const on = disk % disks;
      const start = (ends[on] ?? 0) + gap;
      ends[on] = start + extents;
      volumes[volume % volumes.length]?.segments.push({ extents, physicalVolume: `pv${on}`, start });
    }
    return {
      name: own,
      id: ids[0] ?? "",
      sequence,
      extentSize,
      physicalVolumes: ends.map((extents, index) => ({
        name: `pv${index}`,
        id: ids[index + 1] ?? "",
        size: EXTENTS_START + extents * extentSize + 512 * index,
        start: EXTENTS_START,
        extents,
      })),
      logicalVolumes: volumes.filter(({ segments }) => segments.length > 0),
    };
  });

void test("what is written to the disks of a group is read back from each", async () => {
  const property = fc.asyncProperty(group, async (written) => {
    for (const { name: volume, size } of written.physicalVolumes) {
      const device = new MemoryDisk(size).device();
      await writePhysicalVolume(device, written, volume);
      const found = await readPhysicalVolume(device);
      assert.deepEqual(found.group, written);
      assert.equal(found.volume.name, volume);
    }
  });
  await fc.assert(property, settings);
});

void test("on a disk of any size the volumes of HostOS follow each other and leave no extent free", () => {
  const fixed = HOSTOS_VOLUMES.reduce((sum, { extents }) => sum + extents, 0);
  const smallest = EXTENTS_START + (fixed + 1) * HOSTOS_EXTENT_SIZE;
  const property = fc.property(fc.integer({ min: smallest / 512, max: 2 ** 35 }), (sectors) => {
    const found = hostosVolumeGroup(sectors * 512);
    assert.deepEqual(volumeGroupProblems(found), []);
    let end = 0;
    for (const { segments } of found.logicalVolumes) {
      assert.equal(segments[0]?.start, end);
      end += segments[0]?.extents ?? 0;
    }
    assert.equal(end, found.physicalVolumes[0]?.extents);
    assert(sectors * 512 - EXTENTS_START - end * HOSTOS_EXTENT_SIZE < HOSTOS_EXTENT_SIZE);
  });
  fc.assert(property, settings);
});

void test("on a disk of any size its guests have disks of one size", () => {
  const sizes = fc.integer({ min: 2 ** 28, max: 2 ** 35 });
  const property = fc.property(sizes, fc.integer({ min: 1, max: 60 }), (sectors, guests) => {
    const found = hostosVolumeGroup(sectors * 512, {}, guests);
    assert.deepEqual(volumeGroupProblems(found), []);
    const disks = found.logicalVolumes.filter(({ name }) => name.startsWith("guestos"));
    assert.equal(disks.length, guests);
    assert.equal(new Set(disks.map(({ segments }) => segments[0]?.extents)).size, 1);
  });
  fc.assert(property, settings);
});

void test("a damaged physical volume is read or refused", async () => {
  const size = 100 * 1024 ** 3;
  const valid = new MemoryDisk(size).device();
  await writePhysicalVolume(valid, hostosVolumeGroup(size), "pv0");
  const bytes = await valid.read(0, 8192);
  const length = Number(bytes.readBigUInt64LE(METADATA_START + 48));
  const place = fc.oneof(
    fc.integer({ min: 512, max: 700 }),
    fc.integer({ min: METADATA_START, max: METADATA_START + 80 }),
    fc.integer({ min: METADATA_START + AREA_HEADER, max: METADATA_START + AREA_HEADER + length }),
  );
  const changes = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 });
  const property = fc.asyncProperty(changes, fc.boolean(), async (list, sealed) => {
    const damaged = Buffer.from(bytes);
    for (const [at, value] of list) damaged[at] = value;
    if (sealed) seal(damaged);
    const device = new MemoryDisk(size).device();
    await device.write(0, damaged);
    try {
      assert.deepEqual(volumeGroupProblems((await readPhysicalVolume(device)).group), []);
    } catch (error) {
      assert(error instanceof IcosError && error.code === "lvm-metadata-invalid", String(error));
    }
  });
  await fc.assert(property, { ...settings, numRuns: 1000 });
});

/** Makes the checksums right again, so that the fields themselves are put to the test. */
function seal(bytes: Buffer): void {
  const start = METADATA_START + Math.min(Number(bytes.readBigUInt64LE(METADATA_START + 40)), 2048);
  const length = Math.min(Number(bytes.readBigUInt64LE(METADATA_START + 48)), bytes.length - start);
  bytes.writeUInt32LE(lvmCrc(bytes.subarray(start, start + length)), METADATA_START + 56);
  bytes.writeUInt32LE(lvmCrc(bytes.subarray(METADATA_START + 4, METADATA_START + 512)), METADATA_START);
  bytes.writeUInt32LE(lvmCrc(bytes.subarray(512 + 20, 1024)), 512 + 16);
}

void test("any text is read as metadata or refused in words", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("{", "}", "[", "]", "=", ",", '"', "\n", "#", "id", "segment1", "__proto__", "1", "-2"),
  );
  const property = fc.property(fc.array(word), (words) => {
    const { group: found, problems } = readMetadataText(words.join(" "));
    assert(found === undefined || problems.length > 0);
  });
  fc.assert(property, { ...settings, numRuns: 1000 });
});
