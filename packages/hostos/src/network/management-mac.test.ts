import assert from "node:assert/strict";
import { test } from "node:test";
import { createExec, type Exec } from "@icos/system";
import { managementMac, parseManagementMac } from "./management-mac.ts";

const LAN_PRINT = `Set in Progress         : Set Complete
Auth Type Support       : MD5
IP Address Source       : DHCP Address
IP Address              : 10.10.101.76
Subnet Mask             : 255.255.255.0
MAC Address             : B0:7B:25:C8:F6:C0
SNMP Community String   : public
Default Gateway MAC     : 00:00:00:00:00:00
802.1q VLAN ID          : Disabled
`;

void test("the controller's own MAC address is found, in lower case", () => {
  assert.equal(parseManagementMac(LAN_PRINT), "b0:7b:25:c8:f6:c0");
  assert.equal(parseManagementMac(LAN_PRINT.replaceAll("\n", "\r\n")), "b0:7b:25:c8:f6:c0");
  assert.equal(parseManagementMac("MAC Address:3c-ec-ef-6b-37-99"), "3c:ec:ef:6b:37:99");
});

void test("what is no address is refused", () => {
  const code = { code: "no-management-mac" };
  for (const text of [
    "",
    "Invalid channel: 1\n",
    "MAC Address             : \n",
    "MAC Address             : 00:00:00:00:00:00\n",
    "MAC Address             : b0:7b:25:c8:f6\n",
    "MAC Address             : b0:7b:25:c8:f6:zz\n",
    "Default Gateway MAC     : b0:7b:25:c8:f6:c0\n",
  ])
    assert.throws(() => parseManagementMac(text), code, text);
});

void test("an address that was printed counts, whatever ipmitool's exit code is", async () => {
  const shell = createExec();
  const printing = (script: string): Exec => ({
    run: (command, options) => {
      assert.deepEqual(command, ["ipmitool", "lan", "print"]);
      return shell.run(["sh", "-c", script, "sh", LAN_PRINT], options);
    },
  });
  assert.equal(await managementMac(printing('printf %s "$1"; exit 1')), "b0:7b:25:c8:f6:c0");
  await assert.rejects(managementMac(printing("exit 1")), { code: "no-management-mac" });
  await assert.rejects(managementMac(printing("kill -9 $$")), { code: "command-failed" });
});
