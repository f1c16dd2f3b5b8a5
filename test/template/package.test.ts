import { describe, expect, it } from '@jest/globals';
import { REGIONS } from '../support/iam/resolve.ts';
import {
  EVERYTHING,
  ofType,
  packaged,
  packagedTemplate,
  packagedWithEverything,
  propertiesOf,
  refused,
} from '../support/template/packaged.ts';

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
    const { Resources: resources } = await packagedWithEverything();
    const propertiesOfAll = (type: string) => ofType(resources, type).map(([, { Properties }]) => Properties);
    const [schedule] = propertiesOfAll('AWS::Scheduler::Schedule');
    expect(schedule?.['ScheduleExpression']).toBe('rate(1 hour)');
    for (const group of propertiesOfAll('AWS::Logs::LogGroup')) expect(group['RetentionInDays']).toBe(400);
    for (const mapping of propertiesOfAll('AWS::Lambda::EventSourceMapping'))
      expect(mapping['ScalingConfig']).toEqual({ MaximumConcurrency: 7 });
    expect(propertiesOf(resources, 'VehicleEtcPreopenLambdaFunction')['Environment']).toMatchObject({
      Variables: {
        WECHATPAY_DEFAULT_MCHID: EVERYTHING.defaultMchid,
        WECHATPAY_TIMEOUT_MS: EVERYTHING.wechatpayTimeoutMs,
        WECHATPAY_HOSTS: EVERYTHING.wechatpayHosts,
      },
    });
  });

  it('tells an address of alarms if one is given, and nobody otherwise', async () => {
    const [{ Resources: told }, untold] = await Promise.all([packagedWithEverything(), packaged()]);
    expect(ofType(untold, 'AWS::SNS::Subscription')).toEqual([]);
    expect(ofType(told, 'AWS::SNS::Subscription').map(([, { Properties }]) => Properties)).toEqual([
      { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint: EVERYTHING.alarmEmail },
    ]);
  });

  it('of two Regions has no role of the same name, for a role’s name is the account’s', async () => {
    const named = async (region: string) =>
      ofType((await packagedTemplate(region)).Resources, 'AWS::IAM::Role').flatMap(([, { Properties }]) =>
        'RoleName' in Properties ? [Properties['RoleName']] : [],
      );
    const [here, there] = await Promise.all(Object.values(REGIONS).map(named));
    expect(here).toHaveLength(3);
    expect(here?.filter((name) => there?.includes(name))).toEqual([]);
  });

  it('leaves the longest function’s name within Lambda’s 64 characters, at the longest stage’s', async () => {
    const names = ofType(await packaged(), 'AWS::Lambda::Function').map(([, { Properties }]) =>
      String(Properties['FunctionName']).replace('prod', 'twelve-chars'),
    );
    expect(names.every((name) => name.includes('twelve-chars'))).toBe(true);
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(64);
  });
});
