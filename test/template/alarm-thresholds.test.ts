import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { CONTRACTS } from '../../lib/names.ts';
import { type Alarm, alarmsIn, evaluate, kindOf } from '../support/template/alarm.ts';
import { sumsAfter } from '../support/template/emitted.ts';
import { packaged, packagedWithEverything } from '../support/template/packaged.ts';

const functions = [
  ...(await endpointsIn()).map(({ name }) => name),
  CONTRACTS,
  'platformCertificatesRefresh',
  'notifications',
];
const [ordinary, { Resources: large }] = await Promise.all([packaged(), packagedWithEverything()]);
const alarms = alarmsIn(ordinary);
const all = Object.values(alarms);
const kind = (alarm: Alarm) => kindOf(alarm, functions);
const alarm = (id: string): Alarm => {
  const found = alarms[id];
  if (found === undefined) throw new Error(`no alarm ${id}`);
  return found;
};

describe('a share', () => {
  const rings = (id: string, data: Record<string, number | undefined>) => {
    const { ComparisonOperator, Threshold, TreatMissingData } = alarm(id);
    expect({ ComparisonOperator, TreatMissingData }).toEqual({
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
    const value = evaluate(alarm(id), data);
    return value !== undefined && value > Threshold;
  };

  it('of failed pre-signs rings above 5 %, and not for the only one of a quiet night', () => {
    const id = 'VehicleEtcPreopenPresignsFailingAlarm';
    expect(rings(id, { failed: 4, succeeded: 1, refused: 0 })).toBe(false);
    expect(rings(id, { failed: 5, succeeded: 95, refused: 0 })).toBe(false);
    expect(rings(id, { failed: 6, succeeded: 94, refused: 0 })).toBe(true);
    expect(rings(id, { failed: 6, succeeded: 50, refused: 64 })).toBe(false);
  });

  describe.each([
    ['pre-signs', 'VehicleEtcPreopenPresignsFailingAlarm', 'Presign'],
    ['calls about contracts', 'ContractsCallsFailingAlarm', 'ContractCall'],
  ])('of failed %s', (_whose, id, counted) => {
    it.each([
      [
        'rings in an outage in which nobody gets through, though nothing else has ever been counted',
        5,
        'Failed',
        true,
      ],
      ['is silent while nothing fails', 100, 'Succeeded', false],
      ['is silent while WeChat Pay refuses', 100, 'Refused', false],
    ])('%s', async (_, times, end, ringing) => {
      const sums = await sumsAfter(times, `telemetry.count('${counted}${end}')`);
      const data = Object.fromEntries(
        (alarm(id).Metrics ?? []).map(({ Id, MetricStat }) => [
          Id,
          sums.get(MetricStat?.Metric.MetricName ?? ''),
        ]),
      );
      expect(rings(id, data)).toBe(ringing);
    });
  });

  it('of repeated attempts rings above 20 % of all attempts', () => {
    const id = 'VehicleEtcPreopenWechatpayRetriesAlarm';
    expect(rings(id, { attempts: 100 })).toBe(false);
    expect(rings(id, { attempts: 12, retries: 9 })).toBe(false);
    expect(rings(id, { attempts: 100, retries: 20 })).toBe(false);
    expect(rings(id, { attempts: 100, retries: 21 })).toBe(true);
  });

  it('of the API’s requests counts API Gateway’s own', () => {
    expect(rings('Api5xxAlarm', { failed: 5, all: 99 })).toBe(true);
    expect(rings('Api5xxAlarm', { failed: 4, all: 4 })).toBe(false);
    expect(rings('Api4xxAlarm', { refused: 20, all: 81 })).toBe(false);
    expect(rings('Api4xxAlarm', { refused: 20, all: 79 })).toBe(true);
  });
});

it('of concurrency rings at 80 % of what the account has, which a new one has little of', () => {
  expect(alarm('ConcurrencyAlarm')).toMatchObject({
    AlarmDescription: expect.stringContaining('80 % of the 10 environments'),
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 8,
  });
  expect(alarmsIn(large)['ConcurrencyAlarm']).toMatchObject({
    AlarmDescription: expect.stringContaining('80 % of the 1001 environments'),
    Threshold: 800,
  });
});

describe('silence', () => {
  it('is trouble for the refresh, leaves the certificates as they were, and is nothing elsewhere', () => {
    const treating = (how: string) =>
      [...new Set(all.filter(({ TreatMissingData }) => TreatMissingData === how).map(kind))].sort();
    expect(treating('breaching')).toEqual(['refresh-overdue']);
    expect(treating('ignore')).toEqual([
      'merchant-certificate-in-10-days',
      'merchant-certificate-in-30-days',
      'platform-certificate-in-10-days',
      'platform-certificate-in-30-days',
    ]);
    for (const { TreatMissingData } of all)
      expect(['breaching', 'ignore', 'notBreaching']).toContain(TreatMissingData);
  });

  it('of the refresh rings after 24 hours', () => {
    expect(alarm('RefreshOverdueAlarm')).toMatchObject({
      MetricName: 'RefreshSucceeded',
      Statistic: 'Sum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 3_600,
      EvaluationPeriods: 24,
      DatapointsToAlarm: 24,
    });
  });

  it('between two runs of the refresh, of 11 hours at most, does not hide the worst merchant', () => {
    for (const [whose, days] of [
      ['Platform', 30],
      ['Platform', 10],
      ['Merchant', 30],
      ['Merchant', 10],
    ] as const) {
      expect(alarm(`${whose}CertificateIn${days}DaysAlarm`)).toMatchObject({
        MetricName: `${whose}CertificateDaysToExpiry`,
        Statistic: 'Minimum',
        ComparisonOperator: 'LessThanThreshold',
        Threshold: days,
        Period: 12 * 3_600,
        EvaluationPeriods: 1,
      });
    }
  });
});
