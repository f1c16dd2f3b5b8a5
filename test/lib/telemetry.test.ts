import { describe, expect, it } from '@jest/globals';
import { errorFields } from '../../lib/error-fields.ts';
import { fault, PresignError } from '../../lib/errors.ts';
import { REFUSALS } from '../../lib/wechatpay/refusal.ts';
import { runModule } from '../support/protocol.ts';

const module = (name: string): string => String(new URL(`../../lib/${name}.ts`, import.meta.url));

/** What a process prints that runs `code` with a telemetry at hand: the parsed lines of both its outputs. */
const printedBy = async (code: string) => {
  const { stdout, stderr, ...rest } = await runModule(
    `
      import { ConfigError } from '${module('config')}';
      import { fault } from '${module('errors')}';
      import { errorFields } from '${module('error-fields')}';
      import { createTelemetry } from '${module('telemetry')}';
      const telemetry = createTelemetry('vehicleEtcPreopen');
      ${code}
    `,
    { AWS_LAMBDA_FUNCTION_NAME: 'f', POWERTOOLS_SERVICE_NAME: 'wechatpay-presign-test' },
  );
  expect(rest.code).toBe(0);
  const raw = stdout + stderr;
  const lines = raw.split('\n').filter((line) => line !== '');
  return { raw, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

describe('the log', () => {
  it('has one line of JSON per event, of the names allowed and no others', async () => {
    const { raw, lines } = await printedBy(`
      const fields = { mchid: '1', status: 200, duration_ms: 5, body: 'SECRET', name: 'SECRET', error: new Error('SECRET'), cause: undefined };
      for (const level of ['info', 'warn', 'error']) telemetry.log(level, 'pre-sign succeeded', fields);
    `);
    expect(lines).toHaveLength(3);
    expect(lines.map(({ level }) => level).sort()).toEqual(['ERROR', 'INFO', 'WARN']);
    for (const line of lines) {
      expect(line).toMatchObject({
        message: 'pre-sign succeeded',
        endpoint: 'vehicleEtcPreopen',
        mchid: '1',
        status: 200,
        duration_ms: 5,
      });
      const own = ['level', 'message', 'timestamp', 'service'];
      const names = ['endpoint', 'mchid', 'status', 'duration_ms'];
      const others = Object.keys(line).filter((name) => !own.includes(name) && !names.includes(name));
      // What Powertools adds of the Lambda and its tracing.
      expect(others.filter((name) => !/^(?:xray_trace_id|sampling_rate)$/.test(name))).toEqual([]);
    }
    expect(raw).not.toContain('SECRET');
  });

  it('tells of an error its code and reason, and of its cause the name, the request at AWS and the frames', async () => {
    const { raw, lines } = await printedBy(`
      const cause = Object.assign(new TypeError('SECRET message\\nSECRET second line'), {
        $metadata: { requestId: 'AWS-1' }, body: 'SECRET', cause: new Error('SECRET inner'),
      });
      const error = fault('SYSTEM_ERROR', 'internal', { cause, requestId: 'REQ-1', detail: 'SECRET' });
      error.mchid = '1900000001';
      telemetry.log('error', 'pre-sign failed', errorFields(error));
    `);
    expect(lines).toMatchObject([
      {
        code: 'SYSTEM_ERROR',
        status: 500,
        reason: 'internal',
        wechatpay_request_id: 'REQ-1',
        mchid: '1900000001',
        cause: 'TypeError',
        aws_error_request_id: 'AWS-1',
        stack: expect.stringMatching(/^at /),
      },
    ]);
    expect(raw).not.toContain('SECRET');
  });

  it('takes no line of a message for a frame, even if it looks like one', async () => {
    const { raw } = await printedBy(`
      const cause = new Error('first line\\n    at SECRET (file:///a.ts:1:1)');
      telemetry.log('error', 'pre-sign failed', errorFields(fault('SYSTEM_ERROR', 'internal', { cause })));
    `);
    expect(raw).not.toContain('SECRET');
  });

  it('says where only for what nobody foresaw, and what only for the configuration', async () => {
    const { lines } = await printedBy(`
      const foreseen = fault('SERVICE_UNAVAILABLE', 'kms_throttled', { cause: new Error('SECRET') });
      const config = fault('SYSTEM_ERROR', 'internal', { cause: new ConfigError('DATA_KEY_ARN must be set') });
      const thrown = fault('SYSTEM_ERROR', 'internal', { cause: 'SECRET' });
      for (const error of [foreseen, config, thrown]) telemetry.log('warn', 'attempt failed', errorFields(error));
    `);
    const [foreseen, config, thrown] = lines;
    expect(lines).toHaveLength(3);
    expect(foreseen).toMatchObject({ reason: 'kms_throttled', cause: 'Error' });
    expect(foreseen).not.toHaveProperty('stack');
    expect(foreseen).not.toHaveProperty('problem');
    expect(config).toMatchObject({ cause: 'ConfigError', problem: 'DATA_KEY_ARN must be set' });
    expect(thrown).not.toHaveProperty('cause');
    expect(JSON.stringify(lines)).not.toContain('SECRET');
  });
});

describe('the metrics', () => {
  it('come in one line per flush, by endpoint alone, and not at all without any', async () => {
    const { lines } = await printedBy(`
      telemetry.flush();
      telemetry.count('PresignSucceeded');
      telemetry.time('WechatPayLatency', 12.5);
      telemetry.flush();
      telemetry.flush();
      telemetry.count('PresignFailed');
      telemetry.flush();
    `);
    expect(lines).toHaveLength(2);
    const dimensions = { endpoint: 'vehicleEtcPreopen', service: 'wechatpay-presign-test' };
    expect(lines).toMatchObject([
      { ...dimensions, PresignSucceeded: 1, WechatPayLatency: 12.5 },
      { ...dimensions, PresignFailed: 1, PresignSucceeded: 0, PresignRefused: 0 },
    ]);
    expect(lines[0]).not.toHaveProperty('PresignRefused');
    expect(lines[1]).not.toHaveProperty('WechatPayLatency');
    expect(lines).toMatchObject([
      {
        _aws: {
          CloudWatchMetrics: [
            { Namespace: 'WechatPayPresign', Dimensions: [expect.arrayContaining(['endpoint'])] },
          ],
        },
      },
      {},
    ]);
  });
});

it('says 0 beside a failure of what an alarm compares it with, once, and what there was', async () => {
  const { lines } = await printedBy(`
    for (const metric of ['PresignFailed', 'PresignFailed', 'PresignSucceeded']) telemetry.count(metric);
    telemetry.flush();
    telemetry.count('PresignPostponed');
    telemetry.flush();
  `);
  expect(lines).toMatchObject([
    { PresignFailed: [1, 1], PresignSucceeded: 1, PresignRefused: 0 },
    { PresignPostponed: 1 },
  ]);
  expect(lines[1]).not.toHaveProperty('PresignRefused');
});

describe('an error', () => {
  const counting = (errors: string) =>
    printedBy(`
      for (const [code, reason] of ${errors}) {
        telemetry.countError(Object.assign(fault('SYSTEM_ERROR', reason), { code }));
      }
      telemetry.flush();
    `);

  it('is counted by codes of a closed set, whatever codes WeChat Pay makes up', async () => {
    const made = Array.from({ length: 300 }, (_, i) => [`MADE_UP_${i}`, 'wechatpay_refused']);
    const known = [
      ['PARAM_ERROR', 'request_invalid'],
      ['NOT_FOUND', 'wechatpay_refused'],
    ];
    const { lines } = await counting(JSON.stringify([...made, ...known]));
    expect(lines).toHaveLength(302);
    expect([...new Set(lines.map(({ code }) => code))].sort()).toEqual(['NOT_FOUND', 'OTHER', 'PARAM_ERROR']);
  });

  it('that is ours by the table of refusals is also counted as a misconfigured merchant, and no other', async () => {
    const ours = REFUSALS.filter(({ whose }) => whose === 'ours').map(({ reason }) => reason);
    expect(ours).toContain('signature_refused');
    const rings = async (reason: string) => {
      const { lines } = await counting(JSON.stringify([['SERVICE_UNAVAILABLE', reason]]));
      return lines.some((line) => line['MerchantMisconfigured'] === 1);
    };
    for (const reason of [...ours, 'merchant_misconfigured', 'platform_key_missing'])
      expect([reason, await rings(reason)]).toEqual([reason, true]);
    for (const reason of ['wechatpay_refused', 'wechatpay_server_error', 'kms_disabled', 'merchant_unknown'])
      expect([reason, await rings(reason)]).toEqual([reason, false]);
  });
});

describe('a gauge', () => {
  it('comes by merchant at once, and of all merchants with the next flush, where an alarm sees the worst', async () => {
    const { lines } = await printedBy(`
      telemetry.gauge('PlatformCertificateDaysToExpiry', 300, '1900000001');
      telemetry.gauge('PlatformCertificateDaysToExpiry', 9.5, '1900000002');
      telemetry.flush();
    `);
    const dimensions = (names: string[]) => ({
      _aws: { CloudWatchMetrics: [{ Dimensions: [expect.arrayContaining(names)] }] },
    });
    expect(lines).toMatchObject([
      { ...dimensions(['mchid']), mchid: '1900000001', PlatformCertificateDaysToExpiry: 300 },
      { ...dimensions(['mchid']), mchid: '1900000002', PlatformCertificateDaysToExpiry: 9.5 },
      { ...dimensions(['service', 'endpoint']), PlatformCertificateDaysToExpiry: [300, 9.5] },
    ]);
    expect(lines[2]).not.toHaveProperty('mchid');
  });

  it('of a date that nobody can read spoils none of another merchant', async () => {
    const { lines } = await printedBy(`
      telemetry.gauge('MerchantCertificateDaysToExpiry', (Date.parse('next spring') - Date.now()) / 86_400_000, '1');
      telemetry.gauge('MerchantCertificateDaysToExpiry', 9.5, '2');
      telemetry.flush();
    `);
    expect(lines.map(({ MerchantCertificateDaysToExpiry: days }) => days)).toEqual([9.5, 9.5]);
  });
});

describe('the fields of a refused request', () => {
  const detail = (field: string) => ({ field, issue: 'must not be empty', location: 'body' as const });

  it.each([
    [detail('/openid'), '/openid'],
    [[detail('/openid'), detail('/identity/real_name')], '/openid /identity/real_name'],
    [detail(''), 'body'],
    [undefined, undefined],
  ])('are logged by name: %j', (given, fields) => {
    expect(errorFields(fault('PARAM_ERROR', 'request_invalid', { detail: given })).fields).toBe(fields);
  });

  it('are not taken from WeChat Pay, whose word may be anybody’s data', () => {
    const refused = new PresignError(
      { code: 'PARAM_ERROR', status: 400, retryable: false, message: '' },
      'wechatpay_refused',
      { detail: detail('张三') },
    );
    expect(errorFields(refused).fields).toBeUndefined();
  });
});
