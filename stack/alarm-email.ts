/** Who is told by e-mail; the topic is in alarm-topic.yml. */
import { type Resources, settingsOf, type Variables } from './framework.ts';

/** For `resources`. SNS asks the address to confirm before it sends alarms there. */
export const resources = async (
  variables: Pick<Variables, 'resolveVariable'>,
): Promise<{ Resources?: Resources }> => {
  const { alarmEmail: Endpoint } = await settingsOf(variables);
  if (Endpoint === '') return {};
  return {
    Resources: {
      AlarmEmail: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint },
      },
    },
  };
};
