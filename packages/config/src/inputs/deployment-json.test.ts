import { test } from "node:test";
import assert from "node:assert/strict";
import { parseDeploymentJson } from "./deployment-json.ts";

const parse = (text: string) => parseDeploymentJson(Buffer.from(text));

const found = (text: string): string[] =>
  parse(text).problems.map(({ severity, code, line, key }) => [severity, code, line ?? "-", key ?? "-"].join(" "));

const GOOD = `{
  "deployment": {
    "deployment_environment": "mainnet",
    "mgmt_mac": null
  },
  "nns": {
    "urls": ["https://icp-api.io", "https://icp0.io", "https://ic0.app"]
  },
  "dev_vm_resources": {
    "memory": "16",
    "cpu": "kvm",
    "nr_of_vcpus": 64
  }
}`;

void test("upstream's file is read", () => {
  assert.deepEqual(parse(GOOD), {
    value: {
      environment: "mainnet",
      mgmtMac: undefined,
      nnsUrls: ["https://icp-api.io/", "https://icp0.io/", "https://ic0.app/"],
      vm: { memoryGiB: 16, cpu: "kvm", vcpus: 64 },
    },
    problems: [],
  });
});

void test("the environment has any case, the MAC address either separator, and machines their defaults", () => {
  const text = `{"deployment":{"deployment_environment":"TestNet","mgmt_mac":"00-11-22-33-44-5A"},"nns":{"urls":["http://[2001:db8::1]:8080"]}}`;
  const { value, problems } = parse(text);
  assert.deepEqual(value, {
    environment: "testnet",
    mgmtMac: "00:11:22:33:44:5a",
    nnsUrls: ["http://[2001:db8::1]:8080/"],
    vm: { memoryGiB: 16, cpu: "kvm", vcpus: 16 },
  });
  assert.deepEqual(
    problems.map(({ severity, code, key }) => [severity, code, key]),
    [["notice", "default-used", "dev_vm_resources"]],
  );
});

void test("every violation is reported at once, with the line and the path of its field", () => {
  const text = `{
  "deployment": {
    "deployment_environment": "devnet",
    "mgmt_mac": "00:11:22:33:44"
  },
  "nns": {
    "urls": [
      "https://ic0.app",
      "ftp://example.com",
      4
    ]
  },
  "dev_vm_resources": {
    "memory": 16,
    "cpu": "xen",
    "nr_of_vcpus": "64"
  }
}`;
  assert.equal(parse(text).value, undefined);
  assert.deepEqual(found(text), [
    "error invalid-environment 3 deployment.deployment_environment",
    "error invalid-mac 4 deployment.mgmt_mac",
    "error invalid-nns-urls 9 nns.urls.1",
    "error invalid-nns-urls 10 nns.urls.2",
    "error invalid-memory 14 dev_vm_resources.memory",
    "error invalid-cpu 15 dev_vm_resources.cpu",
    "error invalid-vcpus 16 dev_vm_resources.nr_of_vcpus",
  ]);
});

void test("missing fields are named; no URL is not enough", () => {
  assert.deepEqual(found('{"deployment": {}, "nns": {\n"urls": []}}'), [
    "error missing-key 1 deployment.deployment_environment",
    "error invalid-nns-urls 2 nns.urls",
    "notice default-used - dev_vm_resources",
  ]);
  assert.deepEqual(found("{}").slice(0, 2), ["error missing-key - deployment", "error missing-key - nns"]);
  for (const text of ["null", "[]", "3", '"x"']) assert.deepEqual(found(text), ["error invalid-json - -"], text);
});

void test("zero memory and zero, fractional or negative processors are refused", () => {
  const vm = (memory: string, vcpus: string) =>
    found(GOOD.replace('"16"', memory).replace("64", vcpus)).map((line) => line.split(" ")[1]);
  assert.deepEqual(vm('"0"', "0"), ["invalid-memory", "invalid-vcpus"]);
  assert.deepEqual(vm('"16 GiB"', "1.5"), ["invalid-memory", "invalid-vcpus"]);
  assert.deepEqual(vm('"512"', "-1"), ["invalid-vcpus"]);
  assert.deepEqual(vm('"512"', "128"), []);
});

void test("the environment in any case, either kind of CPU and any MAC address are taken, and nothing else", () => {
  const value = (field: string, text: string) =>
    parse(GOOD.replace(new RegExp(`("${field}": )[^,\n]+`), `$1${text}`)).value;
  for (const [text, environment] of [
    ['"mainnet"', "mainnet"],
    ['"MAINNET"', "mainnet"],
    ['"Testnet"', "testnet"],
    ['"dev"', undefined],
    ["null", undefined],
  ] as const)
    assert.equal(value("deployment_environment", text)?.environment, environment, text);
  for (const [text, cpu] of [
    ['"kvm"', "kvm"],
    ['"qemu"', "qemu"],
    ['"KVM"', undefined],
    ["1", undefined],
  ] as const)
    assert.equal(value("cpu", text)?.vm.cpu, cpu, text);
  for (const [text, mac] of [
    ['"70:B5:E8:E8:25:DE"', "70:b5:e8:e8:25:de"],
    ['"70-b5-e8-e8-25-de"', "70:b5:e8:e8:25:de"],
    ['"70b5e8e825de"', undefined],
    ['"70:b5:e8:e8:25"', undefined],
    ['"70:b5:e8:e8:25:dg"', undefined],
  ] as const)
    assert.equal(value("mgmt_mac", text)?.mgmtMac, mac, text);
});

void test("unknown fields are named with the nearest known one, older names are taken or have no effect", () => {
  const text = GOOD.replace("dev_vm_resources", "vm_resources")
    .replace('"cpu"', '"cpus": 1, "cpu"')
    .replace("{\n", '{\n  "logging": {"hosts": ""}, "nnss": 1,\n')
    .replace('"nns": {', '"nns": {"url": [],');
  const { value, problems } = parse(text);
  assert.equal(value?.vm.vcpus, 64);
  assert.deepEqual(
    problems.map(({ severity, code, line, key, message }) => [
      `${severity} ${code} ${line} ${key}`,
      /Did you mean (\w+)/.exec(message)?.[1],
    ]),
    [
      ["warning no-effect 2 logging", undefined],
      ["warning unknown-key 2 nnss", "nns"],
      ["warning unknown-key 7 nns.url", "urls"],
      ["warning old-name 10 vm_resources", undefined],
      ["warning unknown-key 12 vm_resources.cpus", "cpu"],
    ],
  );
  const wrong = found(text.replace('"kvm"', '"xen"'));
  assert.ok(wrong.includes("error invalid-cpu 12 vm_resources.cpu"), "problems have the name that is in the file");
  const both = GOOD.replace('"nns"', '"vm_resources": {}, "nns"');
  assert.deepEqual(found(both), ["warning no-effect 6 vm_resources"]);
});

void test("a name that is there twice is an error, as it is for upstream", () => {
  assert.deepEqual(found(GOOD.replace('"cpu"', '"memory": "8", "cpu"')), [
    "error duplicate-key 11 dev_vm_resources.memory",
  ]);
});

void test("what is no JSON is said by line, and nothing of it is shown", () => {
  assert.deepEqual(found(GOOD.replace("null", "nil")), ["error invalid-json 4 -"]);
  assert.deepEqual(found(GOOD.slice(0, -1)), ["error invalid-json 14 -"]);
  assert.deepEqual(found(""), ["error invalid-json 1 -"]);
  assert.deepEqual(found(`${GOOD}\n// comment`), ["error invalid-json 15 -"]);
  const pasted = '{\n"key": "-----BEGIN EC PRIVATE KEY-----\\nc2VjcmV0=="}';
  assert.deepEqual(found(pasted), ["error key-in-wrong-file 2 -"]);
  assert.doesNotMatch(JSON.stringify([parse(pasted), parse('{"c2VjcmV0')]), /c2VjcmV0/);
});
