/** Who is told by e-mail. ${file(stack/notifications.js):resources} calls the export; the topic is in notifications.yml. */

/** For `resources`. SNS asks the address to confirm before it sends alarms there. */
export const resources = async ({ resolveVariable }) => {
  const Endpoint = await resolveVariable('self:custom.set.alarmEmail');
  if (!Endpoint) return {};
  return {
    Resources: {
      AlarmEmail: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint },
      },
    },
  };
};
