import { describe, expect, it } from '@jest/globals';
import { ofType, packaged, propertiesOf, refused } from '../support/template/packaged.ts';

describe('a package', () => {
  it('is refused with a sentence for everything that is wrong, and nothing of where in our code that was found', async () => {
    const shown = await refused('thirteen-char', {
      refreshHours: '72',
      domainName: 'presign.example.com',
      refreshHour: '3',
    });
    expect(shown).toContain(`
  stage must be 1 to 12 of a-z, 0-9 and -, 'thirteen-char' given
  refreshHours must be a whole number between 1 and 11 hours, '72' given
  refreshHour is not a parameter of this stack
  domainName needs certificateArn, which is not given
`);
    expect(shown).not.toMatch(/^\s+at /m);
    expect(shown.match(/Cannot resolve variable/g)).toHaveLength(1);
  });

  it('has what was given', async () => {
    const resources = await packaged({
      refreshHours: '1',
      logRetentionDays: '365',
      queueConcurrency: '7',
      defaultMchid: '1900000001',
      wechatpayTimeoutMs: '4000',
      wechatpayHosts: 'https://a.example',
    });
    const propertiesOfAll = (type: string) => ofType(resources, type).map(([, { Properties }]) => Properties);
    const [schedule] = propertiesOfAll('AWS::Scheduler::Schedule');
    expect(schedule?.['ScheduleExpression']).toBe('rate(1 hour)');
    for (const group of propertiesOfAll('AWS::Logs::LogGroup')) expect(group['RetentionInDays']).toBe(365);
    for (const mapping of propertiesOfAll('AWS::Lambda::EventSourceMapping'))
      expect(mapping['ScalingConfig']).toEqual({ MaximumConcurrency: 7 });
    expect(propertiesOf(resources, 'VehicleEtcPreopenLambdaFunction')['Environment']).toMatchObject({
      Variables: {
        WECHATPAY_DEFAULT_MCHID: '1900000001',
        WECHATPAY_TIMEOUT_MS: '4000',
        WECHATPAY_HOSTS: 'https://a.example',
      },
    });
  });

  it('leaves the longest function’s name within Lambda’s 64 characters, at the longest stage’s', async () => {
    const names = ofType(await packaged(), 'AWS::Lambda::Function').map(([, { Properties }]) =>
      String(Properties['FunctionName']).replace('prod', 'twelve-chars'),
    );
    expect(names.every((name) => name.includes('twelve-chars'))).toBe(true);
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(64);
  });
});
