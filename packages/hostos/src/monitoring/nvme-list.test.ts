import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNvmeList, parseNvmeVersion } from "./nvme-list.ts";

/** The members that nvme-cli 2.3 wrote for a drive of Samsung, and three names of a host of DFINITY's first generation. */
const FLAT = {
  Devices: [
    {
      NameSpace: 1,
      DevicePath: "/dev/nvme0n1",
      Firmware: "EDA5502Q",
      Index: 0,
      ModelNumber: "SAMSUNG MZQLB1T9HAJR-00007",
      UsedBytes: 367_882_539_008,
      SectorSize: 512,
    },
    { NameSpace: 1, DevicePath: "/dev/nvme10n1" },
  ],
};

/** The form of nvme-cli 2.11, with one drive as that version describes it. */
const NESTED = {
  Devices: [
    {
      HostNQN: "nqn.2014-08.org.nvmexpress:uuid:0",
      Subsystems: [
        {
          Subsystem: "nvme-subsys0",
          Controllers: [
            {
              Controller: "nvme0",
              Transport: "pcie",
              Namespaces: [{ NameSpace: "nvme0n1", Generic: "ng0n1", NSID: 1 }],
              Paths: [],
            },
          ],
          Namespaces: [],
        },
        {
          Subsystem: "nvme-subsys1",
          Controllers: [{ Controller: "nvme1" }, { Controller: "nvme2", Namespaces: [] }],
          Namespaces: [{ NameSpace: "nvme1n1" }, { NameSpace: "nvme1n2" }, { NameSpace: "nvme1n1" }],
        },
      ],
    },
  ],
};

void test("the forms of every version of nvme-cli give the names of the namespaces", () => {
  assert.deepEqual(parseNvmeList(JSON.stringify(FLAT)), ["nvme0n1", "nvme10n1"]);
  assert.deepEqual(parseNvmeList(JSON.stringify(NESTED)), ["nvme0n1", "nvme1n1", "nvme1n2"]);
});

void test("a machine without NVMe has none", () => {
  for (const text of ["", "\n", "{}", '{"Devices":[]}', '{"Devices":[{"Subsystems":[]}]}'])
    assert.deepEqual(parseNvmeList(text), [], text);
});

void test("a name that is no namespace is refused: it becomes an argument and a label", () => {
  const refused = { code: "nvme-list-invalid" };
  for (const path of ["/dev/sda", "nvme0n1", "/dev/../nvme0n1", "/dev/nvme0n1 --force", "/dev/nvme0"])
    assert.throws(() => parseNvmeList(JSON.stringify({ Devices: [{ DevicePath: path }] })), refused, path);
  for (const text of ["No NVMe", '{"Devices":{}}', '{"Devices":[{}]}'])
    assert.throws(() => parseNvmeList(text), refused, text);
});

void test("the version of nvme-cli is read from its first line", () => {
  assert.equal(parseNvmeVersion("nvme version 2.13 (git 2.13)\nlibnvme version 1.13 (git 1.13)\n"), "2.13");
  assert.equal(parseNvmeVersion("nvme version 1.13.21.g55adf\n"), "1.13.21.g55adf");
  assert.throws(() => parseNvmeVersion("nvme-2.13"), { code: "nvme-version-invalid" });
});
