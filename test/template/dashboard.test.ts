import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { CONTRACTS, METRIC_NAMESPACE, prefixOf } from '../../lib/names.ts';
import { alarmsIn } from '../support/template/alarm.ts';
import { AWS_METRICS, emittedMetrics, OURS, signature } from '../support/template/emitted.ts';
import { packaged, propertiesOf } from '../support/template/packaged.ts';

type Cell = string | { expression?: string; label?: string; stat?: string };
type Widget = {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { title?: string; region?: string; period?: number; alarms?: string[]; metrics?: Cell[][] };
};

const STAGE = prefixOf('prod');
const [resources, emitted] = await Promise.all([packaged(), emittedMetrics()]);
const endpoints = (await endpointsIn()).map(({ name }) => name);
const { DashboardName, DashboardBody } = propertiesOf(resources, 'Dashboard') as {
  DashboardName: string;
  DashboardBody: { 'Fn::Sub': string };
};
const text = DashboardBody['Fn::Sub'];
const { widgets } = JSON.parse(text) as { widgets: Widget[] };
const graphs = widgets.filter(({ type }) => type === 'metric');
const lines = graphs.flatMap(({ properties }) => properties.metrics ?? []);
/** `{Namespace,dimension,…} MetricName="…" service="…"` of each search. */
const searches = lines.flatMap(([first]) => {
  const found =
    typeof first === 'object' &&
    /^SEARCH\('\{(.+)\} MetricName="(\w+)" service="([\w-]+)"'/.exec(first.expression ?? '');
  if (!found) return [];
  const [, schema = '', name = '', service = ''] = found;
  const [namespace = '', ...dimensions] = schema.split(',');
  return [{ namespace, name, dimensions, service }];
});
const drawn = lines.flatMap((line) => {
  const [namespace, name, ...rest] = line.filter((cell) => typeof cell === 'string');
  if (namespace === undefined || name === undefined) return [];
  const pairs = rest.flatMap((value, index) => (index % 2 ? [] : [[value, rest[index + 1] ?? ''] as const]));
  return [{ namespace, name, dimensions: Object.fromEntries(pairs) }];
});

describe('the dashboard', () => {
  it('is one, named after the stage, and names neither Region, account nor partition itself', () => {
    expect(DashboardName).toBe(STAGE);
    for (const { properties } of graphs) expect(properties.region).toBe(`\${AWS::Region}`);
    expect(text).not.toMatch(/cn-north|us-east|arn:aws|\d{12}/);
    const placeholders = [...text.matchAll(/\$\{([^}]+)\}/g)].map(([, name]) => name);
    expect([...new Set(placeholders)].sort()).toEqual([
      'AWS::AccountId',
      'AWS::Partition',
      'AWS::Region',
      'HttpApi',
    ]);
  });

  it('has its widgets side by side, none on another, none beyond the edge', () => {
    const cells = widgets.flatMap(({ x, y, width, height }) => {
      expect([x, y, width, height].every(Number.isInteger)).toBe(true);
      expect(x + width).toBeLessThanOrEqual(24);
      return Array.from(
        { length: width * height },
        (_, i) => `${x + (i % width)},${y + Math.floor(i / width)}`,
      );
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.length).toBe(24 * Math.max(...widgets.map(({ y, height }) => y + height)));
  });

  it('begins with the state of every alarm', () => {
    const names = Object.values(alarmsIn(resources)).map(({ AlarmName }) => AlarmName);
    const [first] = widgets;
    expect(first).toMatchObject({ type: 'alarm', x: 0, y: 0 });
    expect(first?.properties.alarms?.map((arn) => arn.split(':alarm:')[1]).sort()).toEqual(names.sort());
    // More than that CloudWatch does not show.
    expect(names.length).toBeLessThanOrEqual(100);
  });

  it('draws metrics that exist, by the dimensions they have, of this stage', () => {
    for (const { namespace, name, dimensions } of drawn) {
      const known = namespace === METRIC_NAMESPACE ? [...emitted] : (AWS_METRICS[namespace] ?? []);
      expect(known).toContain(signature(name, Object.keys(dimensions)));
      if (namespace === METRIC_NAMESPACE) expect(dimensions['service']).toBe(STAGE);
    }
    for (const { namespace, name, dimensions, service } of searches) {
      expect({ namespace, service }).toEqual({ namespace: METRIC_NAMESPACE, service: STAGE });
      expect([...emitted]).toContain(signature(name, dimensions));
    }
    expect(drawn.length + searches.length).toBe(lines.length);
  });

  it('leaves out nothing we measure, and no endpoint', () => {
    const names = new Set([...drawn, ...searches].map(({ name }) => name));
    expect(OURS.filter((name) => !names.has(name))).toEqual([]);
    const seen = (name: string) =>
      [
        ...new Set(
          drawn.filter((line) => line.name === name).map(({ dimensions }) => dimensions['endpoint']),
        ),
      ].sort();
    for (const name of ['PresignSucceeded', 'KmsSignLatency'])
      expect(seen(name)).toEqual([...endpoints].sort());
    for (const name of ['WechatPayLatency', 'VerificationFailed'])
      expect(seen(name)).toEqual([...endpoints, CONTRACTS].sort());
  });
});
