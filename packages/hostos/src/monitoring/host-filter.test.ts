import assert from "node:assert/strict";
import { test } from "node:test";
import { EXPOSITION_LIMITS, ExpositionParser, FilteredPage, MetricFilter, type RandomInteger } from "@icos/metrics";
import { HOSTOS_RULES } from "./host-filter.ts";

function show(filter: MetricFilter, now: number, page: string): string {
  const filtered = new FilteredPage(filter.page(now));
  const parser = new ExpositionParser(EXPOSITION_LIMITS, (line) => filtered.add(line));
  parser.write(Buffer.from(page));
  parser.end();
  return filtered.finish().toString();
}

const fixed =
  (...numbers: readonly number[]): RandomInteger =>
  (limit) => {
    const next = numbers[calls % numbers.length] ?? 0;
    calls += 1;
    assert.ok(next < limit, "the noise has 25 amounts");
    return next;
  };
let calls = 0;

void test("of a host's metrics only what the public may see is left", () => {
  const page = `# HELP go_goroutines Number of goroutines that currently exist.
# TYPE go_goroutines gauge
go_goroutines 8
# HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.
# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{cpu="0",mode="idle"} 15843.25
node_cpu_guest_seconds_total{cpu="0",mode="user"} 12
# TYPE node_filesystem_device_error gauge
node_filesystem_device_error{device="/dev/mapper/hostlvm-A_var",fstype="ext4",mountpoint="/var"} 0
node_filesystem_device_error{device="tmpfs",fstype="tmpfs",mountpoint="/run"} 0
node_filesystem_avail_bytes{device="/dev/mapper/hostlvm-A_var",fstype="ext4",mountpoint="/var"} 1e+09
# TYPE node_hwmon_fan_rpm gauge
node_hwmon_fan_rpm{chip="a",sensor="fan1"} 5400
node_load1 0.5
node_memory_MemFree_bytes 1e+09
node_network_carrier{device="enp1s0"} 1
node_network_carrier_changes_total{device="enp1s0"} 2
node_network_flags{device="enp1s0"} 4099
node_network_iface_link{device="enp1s0"} 2
node_network_info{device="enp1s0",operstate="up"} 1
node_network_mtu_bytes{device="enp1s0"} 1500
node_network_receive_bytes_total{device="enp1s0"} 10
node_network_speed_bytes{device="enp1s0"} 1.25e+09
node_network_transmit_packets_total{device="enp1s0"} 11
node_nvme_info{device="nvme0"} 1
nvme_percent_used{device="nvme0n1"} 3
power_average_watts 204
# TYPE hostos_version gauge
hostos_version{version="abc"} 1
hostos_guestos_state{vm="guestos"} 0
node_exporter_build_info{version="1.9.0"} 1
`;
  const dropped =
    /^(?:# HELP go_|# TYPE go_|go_|.*tmpfs|node_filesystem_avail|node_load|node_memory|node_network_(?:flags|speed)|node_nvme|hostos_guestos|node_exporter)/;
  const expected = page.split("\n").filter((line) => !dropped.test(line));
  assert.deepEqual(show(new MetricFilter(HOSTOS_RULES, fixed(0)), 0, page).split("\n"), expected);
});

void test("every rule matches whole names", () => {
  for (const { name, labels = {} } of HOSTOS_RULES)
    for (const { source } of [name, ...Object.values(labels)]) assert.match(source, /^\^.*\$$/);
});

void test("a temperature has noise, is a multiple of 0.25, and does not change for 30 seconds", () => {
  const filter = new MetricFilter(HOSTOS_RULES, fixed(0, 24, 12));
  const at = (now: number, celsius: number): string =>
    show(filter, now, `node_hwmon_temp_celsius{chip="a"} ${celsius}\n`);
  assert.equal(at(0, 45.1), 'node_hwmon_temp_celsius{chip="a"} 42\n');
  assert.equal(at(8_000, 80), 'node_hwmon_temp_celsius{chip="a"} 42\n');
  assert.equal(at(29_999, 90), 'node_hwmon_temp_celsius{chip="a"} 42\n');
  assert.equal(at(30_000, 50), 'node_hwmon_temp_celsius{chip="a"} 53\n');
  assert.equal(at(20_000, 50.4), 'node_hwmon_temp_celsius{chip="a"} 50.5\n', "the clock was set back");
});

void test("asking more often does not take the noise away, and the noise of each sensor is its own", () => {
  const filter = new MetricFilter(HOSTOS_RULES, (limit) => Math.floor(Math.random() * limit));
  const page = Array.from({ length: 64 }, (_, sensor) => `node_hwmon_temp_celsius{sensor="${sensor}"} 50\n`).join("");
  const first = show(filter, 0, page);
  for (let now = 0; now < 30_000; now += 1_000) assert.equal(show(filter, now, page), first);
  const values = first
    .split("\n")
    .slice(0, -1)
    .map((line) => Number(line.split(" ").at(-1)));
  assert.ok(values.every((value) => value >= 47 && value <= 53 && Number.isInteger(value * 4)));
  assert.ok(new Set(values).size > 5, "64 sensors share a handful of amounts");
});

void test("the time of the CPUs stands still for 30 seconds, that of the network does not", () => {
  const filter = new MetricFilter(HOSTOS_RULES, fixed(0));
  const page = (n: number): string => `node_cpu_seconds_total{cpu="0"} ${n}\nnode_network_receive_bytes_total ${n}\n`;
  show(filter, 0, page(1));
  assert.equal(
    show(filter, 29_999, page(2)),
    'node_cpu_seconds_total{cpu="0"} 1\nnode_network_receive_bytes_total 2\n',
  );
  assert.equal(show(filter, 30_000, page(3)), page(3));
});

void test("what is held of a series that is gone is forgotten, but not when a page breaks off", () => {
  const filter = new MetricFilter(HOSTOS_RULES, fixed(0));
  const cpu = (value: number): string => `node_cpu_seconds_total ${value}\n`;
  show(filter, 0, cpu(1));
  assert.throws(() => show(filter, 1, "broken\n"));
  assert.equal(show(filter, 2, cpu(2)), cpu(1));
  show(filter, 3, "");
  assert.equal(show(filter, 4, cpu(5)), cpu(5));
});

void test("a temperature that is no number stays as it is", () => {
  const filter = new MetricFilter(HOSTOS_RULES, fixed(0));
  assert.equal(show(filter, 0, "node_hwmon_temp_celsius NaN\n"), "node_hwmon_temp_celsius NaN\n");
});

void test("the buckets of a histogram stand below its header, and a header of nothing is left out", () => {
  const page = new FilteredPage();
  const text = `# HELP h Help.
# TYPE h histogram
h_bucket{le="+Inf"} 1
h_sum 2
h_count 1
# TYPE i gauge
# TYPE j gauge
j 1
`;
  const parser = new ExpositionParser(EXPOSITION_LIMITS, (line) => page.add(line));
  parser.write(Buffer.from(text));
  parser.end();
  assert.equal(page.finish().toString(), text.replace("# TYPE i gauge\n", ""));
});
