import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { memoryFat } from "@icos/config";
import { MemoryDisk, type BlockDevice } from "@icos/slots";
import { IcosError, type Exec } from "@icos/system";
import { encode } from "uqr";
import { readRecoveryMedium, type MediumModules } from "./read-medium.ts";
import { qrPicture } from "./testing-qr-picture.ts";

const REQUEST = { version: "a1".repeat(20), "version-hash": "b2".repeat(32) };
const JSON_TEXT = JSON.stringify(REQUEST);

async function deviceWith(content: Uint8Array): Promise<BlockDevice> {
  const device = new MemoryDisk(content.length).device("stick");
  await device.write(0, content);
  return device;
}

const noExec: Exec = {
  run: async () => {
    throw new IcosError("command-failed", "There is no such command.");
  },
};

function modules(sticks: Readonly<Record<string, Uint8Array>>, exec: Exec = noExec): MediumModules {
  return {
    findSticks: async () => Object.entries(sticks).map(([device, { length: size }]) => ({ device, size })),
    open: (device) => deviceWith(sticks[device] ?? Buffer.alloc(0)),
    exec,
    scratch: tmpdir(),
  };
}

void test("a request is read from a FAT stick, as JSON or as words", async () => {
  const json = memoryFat("STICK", "recovery.json", Buffer.from(JSON_TEXT));
  assert.deepEqual(await readRecoveryMedium(modules({ "/dev/sda1": Buffer.alloc(8192), "/dev/sdb1": json })), REQUEST);
  const words = `version=${REQUEST.version}\r\nversion-hash=${REQUEST["version-hash"]}\r\n`;
  const text = memoryFat("STICK", "recovery.txt", Buffer.from(words));
  assert.deepEqual(await readRecoveryMedium(modules({ "/dev/sda": text })), REQUEST);
});

void test("a request is read from the picture of its QR code, and a picture without one is named", async () => {
  const withPicture = (picture: Buffer): MediumModules =>
    modules({ "/dev/sda": memoryFat("S", "recovery.png", picture) });
  assert.deepEqual(await readRecoveryMedium(withPicture(qrPicture(encode(JSON_TEXT)))), REQUEST);
  await assert.rejects(readRecoveryMedium(withPicture(Buffer.from("JFIF"))), {
    code: "bad-recovery-picture",
    message: "The picture recovery.png on /dev/sda is not a PNG.",
  });
  await assert.rejects(readRecoveryMedium(withPicture(qrPicture(encode("https://example.org")))), {
    code: "bad-recovery-request",
  });
});

void test("a request is taken out of ext4 without mounting it", async () => {
  const ext4 = Buffer.alloc(8192);
  ext4.writeUInt16LE(0xef53, 1080);
  const exec: Exec = {
    async run([program, ...args]) {
      assert.equal(program, "debugfs");
      const [, file, target = ""] = /^dump (\S+) (\S+)$/.exec(args.at(2) ?? "") ?? [];
      if (file === "/recovery.json") await writeFile(target, JSON_TEXT);
      return { stdout: Buffer.alloc(0), stderr: "" };
    },
  };
  assert.deepEqual(await readRecoveryMedium(modules({ "/dev/sda1": ext4 }, exec)), REQUEST);
  await assert.rejects(readRecoveryMedium(modules({ "/dev/sda1": ext4 })), { code: "no-recovery-request" });
});

void test("a stick that cannot be opened, and one that cannot be read, hide no other, and are named", async () => {
  const json = memoryFat("STICK", "recovery.json", Buffer.from(JSON_TEXT));
  const withStick = (content: Uint8Array): MediumModules => {
    const usual = modules({ "/dev/sda1": json, "/dev/sdb1": json, "/dev/sdc1": content });
    return {
      ...usual,
      async open(device) {
        if (device === "/dev/sda1") throw new IcosError("device-unavailable", "/dev/sda1 could not be opened: EPERM.");
        const opened = await usual.open(device);
        if (device === "/dev/sdc1") return opened;
        return { ...opened, size: opened.size, read: () => Promise.reject(new Error("EIO: i/o error, read")) };
      },
    };
  };
  assert.deepEqual(await readRecoveryMedium(withStick(json)), REQUEST);
  const problems = [
    "/dev/sda1 cannot be read (/dev/sda1 could not be opened: EPERM)",
    "/dev/sdb1 cannot be read (EIO: i/o error, read)",
    "/dev/sdc1 has no FAT or ext4 file system that can be read",
  ];
  await assert.rejects(readRecoveryMedium(withStick(Buffer.alloc(8192))), {
    code: "no-recovery-request",
    message: `No recovery request was found: ${problems.join("; ")}.`,
    details: { problems },
  });
});

void test("no stick, no file and a wrong file are told apart", async () => {
  await assert.rejects(readRecoveryMedium(modules({})), { code: "no-stick" });
  await assert.rejects(
    readRecoveryMedium(
      modules({ "/dev/sda1": Buffer.alloc(8192), "/dev/sdb1": memoryFat("X", "a.txt", Buffer.alloc(1)) }),
    ),
    {
      code: "no-recovery-request",
      message: /sda1 has no FAT or ext4 file system .*sdb1 has no recovery\.json/,
    },
  );
  const wrong = memoryFat("X", "recovery.json", Buffer.from('{"version": "1"}'));
  await assert.rejects(readRecoveryMedium(modules({ "/dev/sdb1": wrong })), {
    code: "bad-recovery-request",
    message: /version: is not 40/,
  });
});
