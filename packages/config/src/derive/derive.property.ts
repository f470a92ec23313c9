import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { renderIcConfig } from "../ic-config.ts";
import { parseIcConfig } from "../ic-config.ts";
import { ipv6Prefix64 } from "../ipv6.ts";
import { networkdFiles } from "../networkd.ts";
import { hostosObject, setuposObject } from "../objects/arbitrary-objects.ts";
import { CONFIG_OBJECTS } from "../objects/config-objects.ts";
import { formatObject, readObject } from "../objects/read-object.ts";
import { GUEST_VM_TYPES, guestosConfigOf } from "./guestos-from-hostos.ts";
import { hostAddressOf } from "./host-address.ts";
import { hostNetworkdFiles } from "./host-networkd.ts";
import { hostosConfigOf } from "./hostos-from-setupos.ts";

const slot = fc.integer({ min: 0, max: 255 });

void test("every valid SetupOS object becomes a valid HostOS object and valid host networks", () => {
  fc.assert(
    fc.property(setuposObject, (setupos) => {
      const host = hostosConfigOf(setupos);
      assert.deepEqual(readObject(CONFIG_OBJECTS.HostOS, formatObject(host), "config.json").config, host);
      for (const type of ["SetupOS", "HostOS"] as const)
        assert.equal(hostNetworkdFiles(host, { card: "eno1", type }).length, 3);
    }),
    { seed: 1 },
  );
});

void test("every valid HostOS object becomes a valid guest, its network and its ic.json5, in the host's /64", () => {
  fc.assert(
    fc.property(hostosObject, fc.constantFrom(...GUEST_VM_TYPES), slot, (host, type, index) => {
      const guest = guestosConfigOf(host, { type, slot: index, sevCertChainPem: "chain" });
      assert.deepEqual(readObject(CONFIG_OBJECTS.GuestOS, formatObject(guest), "config.json").config, guest);
      assert.equal(networkdFiles(guest, { duplicateAddressDetection: true }).length, 1);
      const { ipv6_config: ipv6 } = guest.network_settings;
      assert.ok(typeof ipv6 === "object");
      const [address = ""] = ipv6.Fixed.address.split("/");
      const own = ipv6Prefix64(hostAddressOf(host, "HostOS").ipv6);
      assert.equal(ipv6Prefix64(address), own);
      const { transport, firewall } = parseIcConfig(renderIcConfig(guest, address), "ic.json5");
      assert.equal(transport.node_ip, address);
      assert.ok(firewall?.file_template.includes(`ip6 saddr ${own} ct state new`), firewall?.file_template);
    }),
    { seed: 1 },
  );
});

void test("the two VMs of a slot name each other, and no two VMs of a machine share an address", () => {
  fc.assert(
    fc.property(hostosObject, fc.uniqueArray(slot, { minLength: 2, maxLength: 8 }), (host, slots) => {
      const addresses = slots.flatMap((index) => {
        const [first, second] = GUEST_VM_TYPES.map((type) =>
          guestosConfigOf(host, { type, slot: index, sevCertChainPem: "chain" }),
        );
        const { ipv6_config: one } = first?.network_settings ?? {};
        const { ipv6_config: other } = second?.network_settings ?? {};
        assert.ok(typeof one === "object" && typeof other === "object");
        assert.equal(one.Fixed.address, `${second?.upgrade_config.peer_guest_vm_address}/64`);
        assert.equal(other.Fixed.address, `${first?.upgrade_config.peer_guest_vm_address}/64`);
        return [one.Fixed.address, other.Fixed.address];
      });
      assert.equal(new Set(addresses).size, addresses.length);
    }),
    { seed: 1, numRuns: 30 },
  );
});
